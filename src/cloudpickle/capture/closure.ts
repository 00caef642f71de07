/**
 * A function by value: the scopes it was made in, the maker of its code, and the variables it reads and writes.
 *
 * Input: a live function with its site. Output: a record that the CloudPickler writes. The body never runs.
 */
import path from 'node:path'
import type { Edit } from '../source/edit.ts'
import { resolveModule } from '../source/resolve.ts'
import type { Binding, FunctionSite, Reference, Scope } from '../source/lexical-scopes.ts'
import type { ImportBinding } from '../source/module-record.ts'
import { CapturedScope, type CapturedScopes } from './captured-scope.ts'
import type { CodeUnit } from './code-unit.ts'
import { contextParts, freeVariables, unsupported, within } from './free-variables.ts'
import { ownsItsBindings, type ModuleTarget } from './function-reference.ts'
import type { LoadedScript } from './loaded-script.ts'
import { memberEdit, siteText, type SiteText } from './relined-text.ts'
import type { ScopeChain } from './scope-chain.ts'

/** What a variable of a module holds on the other end: a module there, or the table of its own top-level bindings. */
export class ModuleReference {
  readonly module: ModuleTarget
  /** `*` the namespace, `module.exports` what require() returns, `#` the binding table. */
  readonly name: '*' | 'module.exports' | '#'
  readonly interop: ImportBinding['interop'] | undefined
  /** The bindings that are used by name, so that packing can check that they are still there. */
  readonly members: readonly string[]

  constructor(
    module: ModuleTarget,
    name: ModuleReference['name'],
    members: readonly string[] = [],
    interop?: ImportBinding['interop'],
  ) {
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
  readonly deferred: readonly ModuleTarget[]
}

/** The part of a capture that depends on the text alone. */
interface Plan {
  readonly text: SiteText
  /** Module variables to set, by name. */
  readonly modules: ReadonlyMap<string, ModuleReference | ContextReference>
  /** Modules that the function imports or requires by a literal when it runs. */
  readonly deferred: readonly ModuleTarget[]
  /** Bindings that travel by value. */
  readonly values: readonly Binding[]
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
    variables.push({ owner: home, name: binding.name, value: readVariable(live, binding.name, unit.script, site) })
  }
  for (const { owner, name } of variables) {
    unit.addVariable(owner instanceof CapturedScope ? owner.scope : undefined, name)
  }
  return { owner: inner ?? unit, maker, variables, deferred: plan.deferred }
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
    if (imported) planImport(script, binding.name, imported, references, modules, edits)
    else if (binding.scope.isModule && ownsItsBindings(script)) {
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
  for (const variable of free.context) {
    const module: ModuleTarget = { kind: 'file', file: contextFile(script) }
    modules.set(variable, new ContextReference(module, contextParts[variable]))
  }
  return { modules, values, deferred: deferredModules(script, site), text: siteText(script, site, edits) }
}

/** An imported name stays a live binding: it becomes a member of the namespace, under a variable of its own. */
function planImport(
  script: LoadedScript,
  local: string,
  { specifier, name, interop }: ImportBinding,
  references: readonly Reference[],
  modules: Map<string, ModuleReference | ContextReference>,
  edits: Edit[],
): void {
  const module = targetOf(script, specifier, name === 'module.exports' ? 'require' : 'import', references[0]!)
  if (name === '*' || name === 'module.exports') {
    modules.set(local, new ModuleReference(module, name, [], interop))
    return
  }
  // No name that the module context has: those begin with `$mp_`.
  const variable = `$mp$${local}`
  modules.set(variable, new ModuleReference(module, '*', [name]))
  for (const reference of references) edits.push(memberEdit(reference, variable, name))
}

function targetOf(
  script: LoadedScript,
  specifier: string,
  mode: 'import' | 'require',
  { start }: Reference,
): ModuleTarget {
  const target = resolveTarget(script, specifier, mode)
  if (target) return target
  throw unsupported(script, start, `its import of '${specifier}' leads nowhere from there`, 'Check the specifier')
}

function resolveTarget(script: LoadedScript, specifier: string, mode: 'import' | 'require'): ModuleTarget | undefined {
  if (/^modulepickle(\/|$)/.test(specifier)) return { kind: 'runtime', specifier }
  return resolveModule(specifier, contextFile(script), mode)
}

function deferredModules(script: LoadedScript, site: FunctionSite): ModuleTarget[] {
  return within(script.record.requests, site).flatMap(({ kind, specifier }) => {
    if (specifier === undefined) return []
    return resolveTarget(script, specifier, kind === 'require' ? 'require' : 'import') ?? []
  })
}

/** What was evaluated from a string (`node -e`, the REPL) resolves as a file of the current directory's package. */
function contextFile(script: LoadedScript): string {
  return script.file ?? path.join(process.cwd(), 'package.json')
}
