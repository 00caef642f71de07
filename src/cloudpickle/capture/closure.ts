/**
 * A function by value: the scopes it was made in, the maker of its code, and the variables it reads and writes.
 *
 * Input: a live function with its site. Output: a record that the CloudPickler writes. The body never runs.
 */
import path from 'node:path'
import type { Edit } from '../source/edit.ts'
import { resolveModule, type DeferredImport } from '../source/resolve.ts'
import type { Binding, FunctionSite, Reference, Scope } from '../source/lexical-scopes.ts'
import type { ImportBinding } from '../source/module-record.ts'
import type { AnyNode, Node } from '../source/parse.ts'
import { CapturedScope, type CapturedScopes } from './captured-scope.ts'
import type { CodeUnit } from './code-unit.ts'
import { contextParts, freeVariables, unsupported, within } from './free-variables.ts'
import { naturalOf, type NaturalShape } from './function-extras.ts'
import { ownsItsBindings, type ModuleTarget } from './function-reference.ts'
import type { LoadedScript } from './loaded-script.ts'
import { commonJsFile } from './namespace-target.ts'
import { memberEdit, siteText, type SiteText } from './relined-text.ts'
import type { ScopeChain } from './scope-chain.ts'

/** What a variable of a module holds on the other end: a module there, or the table of its own top-level bindings. */
export class ModuleReference {
  readonly module: ModuleTarget
  /** `*` the namespace, `module.exports` what require() returns, `#` the binding table, or an export. */
  readonly name: string
  readonly interop: ImportBinding['interop'] | undefined
  /** The bindings that are used by name, so that packing can check that they are still there. */
  readonly members: readonly string[]

  constructor(module: ModuleTarget, name: string, members: readonly string[] = [], interop?: ImportBinding['interop']) {
    this.module = module
    this.name = name
    this.members = members
    this.interop = interop
  }
}

/** A part of the context of a module that is never evaluated on the other end: `import()`, `import.meta`, `require` … */
export class ContextReference {
  readonly module: ModuleTarget
  readonly name: (typeof contextParts)[keyof typeof contextParts]

  constructor(module: ModuleTarget, name: ContextReference['name']) {
    this.module = module
    this.name = name
  }
}

export interface CapturedVariable {
  readonly owner: CapturedScope | CodeUnit
  readonly name: string
  readonly value: unknown
}

export interface CapturedFunction {
  readonly owner: CapturedScope | CodeUnit
  /** The name of the member of the owner that makes the function. */
  readonly maker: string
  readonly variables: readonly CapturedVariable[]
  readonly deferred: readonly DeferredImport[]
  /** The name and length that the text which travels gives the function. */
  readonly natural: NaturalShape
}

/** The part of a capture that depends on the text alone. */
interface Plan {
  readonly text: SiteText
  /** Module variables to set, by name. */
  readonly modules: ReadonlyMap<string, ModuleReference | ContextReference>
  /** Modules that the function imports or requires by a literal when it runs. */
  readonly deferred: readonly DeferredImport[]
  /** Bindings that travel by value. */
  readonly values: readonly Binding[]
  readonly natural: NaturalShape
}

const plans = new WeakMap<FunctionSite, Plan>()

/** The variable that holds the binding table of a function's own module. */
const ownBindings = '$mp_module'

/** How to look around a live function; not called for one that needs nothing of its scopes. */
export interface Surroundings {
  scopes(): ScopeChain
  /** The value of a binding inside the function's own frame. @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED */
  readFrame(binding: Binding): unknown
}

export function captureClosure(
  fn: Function,
  site: FunctionSite,
  unit: CodeUnit,
  around: Surroundings,
  scopes: CapturedScopes,
): CapturedFunction {
  const plan = plans.get(site) ?? makePlan(unit.script, site)
  plans.set(site, plan)
  const chain = plan.values.length > 0 ? withOwnNames(around, plan.values) : []
  const entered = scopes.enter(fn, neededScopes(chain, plan.values), unit)
  const inner = entered.at(-1)
  const maker = unit.addFunction(inner?.scope, site, plan.text)
  const variables: CapturedVariable[] = []
  for (const [name, value] of plan.modules) variables.push({ owner: unit, name, value })
  for (const binding of plan.values) {
    const home = binding.scope.isModule ? unit : entered.find(({ scope }) => scope === binding.scope)
    const live = chain.find(({ scope }) => scope === binding.scope)?.variables
    if (!home || !live || !Object.hasOwn(live, binding.name)) {
      throw unsupported(unit.script, site.node.start, `the value of \`${binding.name}\` cannot be read`, 'Pass it in')
    }
    const value = readVariable(live, binding.name, unit.script, site)
    variables.push({ owner: home, name: binding.name, value: requiredModule(unit.script, binding, value) ?? value })
  }
  for (const { owner, name } of variables) {
    unit.addVariable(owner instanceof CapturedScope ? owner.scope : undefined, name)
  }
  return { owner: inner ?? unit, maker, variables, deferred: plan.deferred, natural: plan.natural }
}

/**
 * The scopes around a function, with the names of function expressions: `function walk() { return () => walk() }`. V8 does
 * not list such a name in its scope.
 */
function withOwnNames(around: Surroundings, values: readonly Binding[]): ScopeChain {
  const chain = [...around.scopes()]
  for (const binding of values) {
    const { name, scope, init } = binding
    if (init === undefined || init !== scope.node) continue
    const index = chain.findIndex(entry => entry.scope === scope)
    if (index >= 0 && Object.hasOwn(chain[index]!.variables, name)) continue
    const self = Object.getOwnPropertyDescriptors({ [name]: around.readFrame(binding) })
    const known = index >= 0 ? Object.getOwnPropertyDescriptors(chain[index]!.variables) : {}
    const entry = { scope, variables: Object.defineProperties({}, { ...known, ...self }) }
    if (index >= 0) chain[index] = entry
    else chain.splice(chain.filter(outer => isOutside(outer.scope, scope)).length, 0, entry)
  }
  return chain
}

function isOutside(outer: Scope, inner: Scope): boolean {
  let scope = inner.parent
  while (scope && scope !== outer) scope = scope.parent
  return scope === outer
}

/** From the outermost to the innermost scope that holds one of the bindings. Those outside of it tell whose scope it is. */
function neededScopes(chain: ScopeChain, values: readonly Binding[]): ScopeChain {
  const innermost = chain.findLastIndex(({ scope }) => values.some(binding => binding.scope === scope))
  return chain.slice(0, innermost + 1)
}

/** What `require()` returned, by the module that it is, where the specifier alone did not tell. */
function requiredModule(script: LoadedScript, { name, scope }: Binding, value: unknown): ModuleReference | undefined {
  const isRequired = scope.isModule && script.record.imports.get(name)?.name === 'module.exports'
  const file = isRequired ? commonJsFile(value) : undefined
  return file === undefined ? undefined : new ModuleReference({ kind: 'file', file }, 'module.exports')
}

function readVariable(
  live: Readonly<Record<string, unknown>>,
  name: string,
  script: LoadedScript,
  site: FunctionSite,
): unknown {
  try {
    return live[name]
  } catch {
    throw unsupported(script, site.node.start, `\`${name}\` is not initialised yet`, 'Capture it later')
  }
}

function makePlan(script: LoadedScript, site: FunctionSite): Plan {
  const free = freeVariables(script, site)
  const edits: Edit[] = [...free.contextEdits]
  const modules = new Map<string, ModuleReference | ContextReference>()
  const values: Binding[] = []
  const own: string[] = []
  for (const [binding, references] of free.bindings) {
    // `let impl = require('./a')` that is assigned to later is a variable like any other.
    const isFixed = binding.scope.isModule && !binding.reassigned
    const imported = isFixed ? script.record.imports.get(binding.name) : undefined
    const isNamed = imported !== undefined && planImport(script, binding.name, imported, references, modules, edits)
    if (isNamed) continue
    if (binding.scope.isModule && ownsItsBindings(script)) {
      own.push(binding.name)
      for (const reference of references) edits.push(memberEdit(reference, ownBindings, binding.name))
    } else values.push(binding)
  }
  if (own.length > 0) {
    const module: ModuleTarget = { kind: 'file', file: script.file! }
    modules.set(
      ownBindings,
      new ModuleReference(
        module,
        '#',
        own.map(name => `#${name}`),
      ),
    )
  }
  const removed = [...ownNameEdits(site, free.bindings), ...computedKeyEdits(script, site)]
  edits.push(...removed)
  for (const variable of free.context) {
    const module: ModuleTarget = { kind: 'file', file: contextFile(script) }
    modules.set(variable, new ContextReference(module, contextParts[variable]))
  }
  const natural = removed.length > 0 ? { ...naturalOf(site), name: '' } : naturalOf(site)
  return { modules, values, natural, deferred: deferredImports(script, site), text: siteText(script, site, edits) }
}

/**
 * An imported name stays a live binding: it becomes a member of the namespace, under a variable of its own. False where the
 * specifier leads nowhere from here (a loader has its own ways): then what it stands for travels as the value that it is.
 */
function planImport(
  script: LoadedScript,
  local: string,
  { specifier, name, property, interop }: ImportBinding,
  references: readonly Reference[],
  modules: Map<string, ModuleReference | ContextReference>,
  edits: Edit[],
): boolean {
  const module = resolveTarget(script, specifier, name === 'module.exports' ? 'require' : 'import')
  if (!module) return false
  if (property !== undefined) {
    modules.set(local, new ModuleReference(module, property, [property]))
    return true
  }
  if (name === '*' || name === 'module.exports') {
    modules.set(local, new ModuleReference(module, name, [], interop))
    return true
  }
  // No name that the module context has: those begin with `$mp_`.
  const variable = `$mp$${local}`
  modules.set(variable, new ModuleReference(module, '*', [name]))
  for (const reference of references) edits.push(memberEdit(reference, variable, name))
  return true
}

function resolveTarget(script: LoadedScript, specifier: string, mode: 'import' | 'require'): ModuleTarget | undefined {
  if (/^modulepickle(\/|$)/.test(specifier)) return { kind: 'runtime', specifier }
  return resolveModule(specifier, contextFile(script), mode)
}

/**
 * As an expression, a function declaration would bind its name inside itself. Where the name is assigned to, it has to be the
 * variable around it.
 */
function ownNameEdits({ code }: FunctionSite, bindings: ReadonlyMap<Binding, unknown>): Edit[] {
  if (code.type !== 'FunctionDeclaration' || !code.id) return []
  const { name, start, end } = code.id
  const isVariable = [...bindings.keys()].some(binding => binding.name === name && binding.reassigned)
  return isVariable ? [{ start, end, text: ' '.repeat(end - start) }] : []
}

/** `[key]() {}` travels as a method of any name; its own name follows with what it has beyond its code. */
function computedKeyEdits({ text }: LoadedScript, { node }: FunctionSite): Edit[] {
  const { type, computed, key } = node as AnyNode & { computed?: boolean; key?: Node }
  if (type !== 'Property' || !computed) return []
  return [{ start: text.lastIndexOf('[', key!.start), end: text.indexOf(']', key!.end) + 1, text: 'method' }]
}

function deferredImports(script: LoadedScript, site: FunctionSite): DeferredImport[] {
  const file = contextFile(script)
  return within(script.record.requests, site).flatMap(({ kind, specifier }) => {
    return specifier === undefined ? [] : [{ file, specifier, mode: kind === 'require' ? 'require' : 'import' }]
  })
}

/** What was evaluated from a string (`node -e`, the REPL) resolves as a file of the current directory's package. */
function contextFile(script: LoadedScript): string {
  return script.file ?? path.join(process.cwd(), 'package.json')
}
