/**
 * What the text of a function says about how it travels by value: which variables it needs and where each comes from, what
 * its text becomes, what it will import.
 *
 * Input: a function site of a loaded script. Output: a plan, made once for each function literal; no live value is looked at.
 */
import { createRequire } from 'node:module'
import path from 'node:path'
import { isRegisteredByValue, registrations } from '../by-value.ts'
import { isInside, type Edit } from '../source/edit.ts'
import type { Binding, FunctionSite, Reference } from '../source/lexical-scopes.ts'
import type { ImportBinding } from '../source/module-record.ts'
import { blankFlag, privateAccessEdits, type ClassNode } from '../source/private-access.ts'
import { resolveModule, type DeferredImport } from '../source/resolve.ts'
import { within } from '../source/sorted-spans.ts'
import { freeVariables, type FrameUses } from './free-variables.ts'
import { naturalOf, type NaturalShape } from './function-extras.ts'
import { ownsItsBindings, type ModuleTarget } from './function-reference.ts'
import { leftBehind } from './left-behind.ts'
import type { LoadedScript } from './loaded-script.ts'
import { ContextReference, ModuleReference } from './module-reference.ts'
import { siteText, useEdits, type SiteText, type VariableUse } from './relined-text.ts'
import { nodeSpecifier } from './vite-specifiers.ts'
import { unsupported } from './unsupported.ts'

/** The part of a capture that depends on the text alone. */
export interface ClosurePlan {
  readonly text: SiteText
  /** Its text where all variables that it takes from around it are members of an object in that one. */
  readonly detached: (holder: string) => SiteText
  /** Module variables to set, by name. */
  readonly modules: ReadonlyMap<string, ModuleReference | ContextReference>
  /** Modules that the function imports or requires by a literal when it runs. */
  readonly deferred: readonly DeferredImport[]
  /** Bindings that travel by value. */
  readonly values: readonly Binding[]
  /** Imports and bindings of the module that are used by name. */
  readonly named: readonly Binding[]
  /** Those that only what eval() is given may use. V8 has no value for some, such as functions of blocks that were not run. */
  readonly unused: ReadonlySet<Binding>
  /** Variables that classic scripts have in common, and the one that holds the object which they are members of. */
  readonly common: { readonly names: readonly string[]; readonly holder: string }
  /** Names that nothing in the script declares. */
  readonly globals: ReadonlySet<string>
  readonly frame: FrameUses
  /** `this` of the module that the function is from. */
  readonly self: ModuleReference | undefined
  readonly natural: NaturalShape
  /** Its text uses the variable `blankFlag`. */
  readonly isGuarded: boolean
}

/** Good for as long as nobody registers a module to travel by value. */
let plans = new WeakMap<FunctionSite, ClosurePlan>()
let plansFor = 0

/**
 * `isCommon` tells variables that classic scripts have in common. Those come and go, so that the plan is for this moment.
 * @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED
 */
export function planClosure(
  script: LoadedScript,
  site: FunctionSite,
  isCommon: (name: string) => boolean,
): ClosurePlan {
  const isClassic = script.file === undefined && !script.isModule
  if (isClassic) return makePlan(script, site, isCommon)
  if (plansFor !== registrations()) plans = new WeakMap()
  plansFor = registrations()
  const plan = plans.get(site) ?? makePlan(script, site, () => false)
  plans.set(site, plan)
  return plan
}

function makePlan(script: LoadedScript, site: FunctionSite, isCommon: (name: string) => boolean): ClosurePlan {
  const left = leftBehind(script, site)
  const free = freeVariables(script, site, left)
  const uses: VariableUse[] = [...free.contextUses]
  const modules = new Map<string, ModuleReference | ContextReference>()
  const values: Binding[] = []
  const named: Binding[] = []
  const own: string[] = []
  const ownBindings = `${script.freePrefix}_module`
  const common = { names: new Set<string>(), holder: `${script.freePrefix}_script` }
  // What eval() is given uses names as they are.
  const isMember = (name: string): boolean => !free.frame.hasEval && isCommon(name)
  const useCommon = (reference: Reference): void => {
    common.names.add(reference.name)
    uses.push({ reference, variable: common.holder, member: reference.name })
  }
  for (const [binding, references] of free.bindings) {
    // `let impl = require('./a')` that is assigned to later is a variable like any other.
    const isFixed = binding.scope.isModule && !binding.reassigned
    const imported = isFixed ? script.record.imports.get(binding.name) : undefined
    const isNamed =
      imported !== undefined &&
      planImport(script, binding.name, imported, references, modules, uses, free.frame.hasEval)
    if (isNamed) {
      named.push(binding)
      continue
    }
    if (binding.scope.isModule && isMember(binding.name)) {
      for (const reference of references) useCommon(reference)
      continue
    }
    if (!imported && binding.scope.isModule && ownsItsBindings(script)) {
      own.push(binding.name)
      named.push(binding)
      for (const reference of references) uses.push({ reference, variable: ownBindings, member: binding.name })
    } else {
      values.push(binding)
      for (const reference of references) uses.push({ reference, variable: binding.name })
    }
  }
  for (const reference of within(script.scopes.references, site.node)) {
    const isGlobal = reference.binding === undefined && free.globals.has(reference.name) && !isInside(left, reference)
    if (isGlobal && isMember(reference.name)) useCommon(reference)
  }
  if (own.length > 0) {
    const module: ModuleTarget = { kind: 'file', file: script.file! }
    const members = own.map(name => `#${name}`)
    modules.set(ownBindings, new ModuleReference(module, '#', members))
  }
  const unnamed = ownNameEdits(site, free.bindings)
  const access = site.form === 'class' ? privateAccessEdits(script.text, site.code as ClassNode) : []
  const edits = [...free.frameEdits, ...unnamed, ...left, ...access]
  const textIn = (holder?: string): SiteText => {
    return siteText(script, site, [...edits, ...uses.flatMap(use => useEdits(use, holder))])
  }
  for (const [variable, part] of free.context) {
    const module: ModuleTarget = { kind: 'file', file: contextFile(script) }
    modules.set(variable, new ContextReference(module, part))
  }
  const exports: ModuleTarget = { kind: 'file', file: contextFile(script) }
  if (free.usesExports) modules.set('exports', new ModuleReference(exports, 'module.exports'))
  const { deferred, rewritten } = deferredImports(script, site, left)
  edits.push(...rewritten)
  const hasName = unnamed.length === 0 && (left.length === 0 || site.form === 'class')
  const { frame } = free
  return {
    modules,
    values,
    named,
    unused: new Set(values.filter(binding => free.bindings.get(binding)?.length === 0)),
    common: { ...common, names: [...common.names] },
    globals: free.globals,
    frame,
    self: frame.self === 'module' ? new ModuleReference(exports, 'module.exports') : undefined,
    isGuarded: access.length > 0 || within(script.scopes.references, site.node).some(({ name }) => name === blankFlag),
    natural: hasName ? naturalOf(site) : { ...naturalOf(site), name: '' },
    deferred,
    text: textIn(),
    detached: textIn,
  }
}

/**
 * An imported name stays a live binding: it becomes a member of the namespace, under a variable of its own. False where the
 * specifier leads nowhere from here (a loader has its own ways), and where the module travels by value: then what it stands for
 * travels as the value that it is.
 */
function planImport(
  script: LoadedScript,
  local: string,
  { specifier, name, property, interop, resolver }: ImportBinding,
  references: readonly Reference[],
  modules: Map<string, ModuleReference | ContextReference>,
  uses: VariableUse[],
  hasEval: boolean,
): boolean {
  const module = resolveTarget(script, specifier, name === 'module.exports' ? 'require' : 'import')
  if (module?.kind === 'file' && isRegisteredByValue(module.file)) return false
  if (!module || resolver === 'vite') return false
  if (name === 'module.exports' && !isRequiredFromNode(script, module)) return false
  if (property !== undefined) {
    modules.set(local, new ModuleReference(module, property, [property]))
    for (const reference of references) uses.push({ reference, variable: local })
    return true
  }
  if (name === '*' || name === 'module.exports') {
    modules.set(local, new ModuleReference(module, name, [], interop))
    for (const reference of references) uses.push({ reference, variable: local })
    return true
  }
  // What eval() is given knows the name alone; there it is what was exported when it arrived.
  if (hasEval) modules.set(local, new ModuleReference(module, name, [name]))
  if (references.length === 0) return true
  const variable = `${script.freePrefix}$${local}`
  modules.set(variable, new ModuleReference(module, '*', [name]))
  for (const reference of references) uses.push({ reference, variable, member: name })
  return true
}

/** What Jest requires it may also mock: there, only what a variable holds tells what it is. */
function isRequiredFromNode({ file, isModule }: LoadedScript, module: ModuleTarget): boolean {
  if (module.kind === 'file') return isLoadedByNode(module.file)
  return isModule || file === undefined || isLoadedByNode(file)
}

function isLoadedByNode(file: string): boolean {
  return Object.hasOwn(createRequire(import.meta.url).cache, file)
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

/** What the function imports when it runs; where a loader has rewritten the specifier, in the terms of Node again. */
function deferredImports(
  script: LoadedScript,
  site: FunctionSite,
  left: readonly Edit[],
): { deferred: DeferredImport[]; rewritten: Edit[] } {
  const file = contextFile(script)
  const deferred: DeferredImport[] = []
  const rewritten: Edit[] = []
  for (const request of within(script.record.requests, site.node)) {
    const { kind, specifier: written, parts, start, end } = request
    if (isInside(left, request)) continue
    const mode = kind === 'require' ? 'require' : 'import'
    if (written === undefined) {
      deferred.push({ file, parts, mode })
      continue
    }
    const specifier = script.record.wrapper === 'vite' ? nodeSpecifier(written, file) : written
    if (specifier === undefined) {
      throw unsupported(script, start, `vite alone knows which module ${written} is`, 'Import it by a relative path')
    }
    if (specifier !== written) rewritten.push({ start, end, text: JSON.stringify(specifier) })
    deferred.push({ file, parts: [specifier], mode })
  }
  return { deferred, rewritten }
}

/** What was evaluated from a string (`node -e`, the REPL) resolves as a file of the current directory's package. */
function contextFile(script: LoadedScript): string {
  return script.file ?? path.join(process.cwd(), 'package.json')
}
