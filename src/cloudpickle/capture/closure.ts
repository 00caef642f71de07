/**
 * A function by value: the scopes it was made in, the maker of its code, and the variables it reads and writes.
 *
 * Input: a live function with its site. Output: a record that the CloudPickler writes. The body never runs.
 */
import type { Binding, FunctionSite, Scope } from '../source/lexical-scopes.ts'
import type { AnyNode } from '../source/parse.ts'
import type { DeferredImport } from '../source/resolve.ts'
import { codeOf, type CapturedScope, type CapturedScopes } from './captured-scope.ts'
import { planClosure, type ClosurePlan } from './closure-plan.ts'
import type { CodeUnit } from './code-unit.ts'
import type { FrameUses } from './free-variables.ts'
import { requiredModule } from './held-module.ts'
import type { NaturalShape } from './function-extras.ts'
import type { LoadedScript } from './loaded-script.ts'
import { ModuleReference } from './module-reference.ts'
import type { ScriptVariables } from './script-variables.ts'
import type { ScopeChain } from './scope-chain.ts'
import { isInitialized } from './scope-variables.ts'
import { SuperReference } from './home-objects.ts'
import { unsupported } from './unsupported.ts'

export interface CapturedVariable {
  readonly owner: CapturedScope | CodeUnit | ScriptVariables
  readonly name: string
  readonly value: unknown
}

export interface CapturedFunction {
  readonly owner: CapturedScope | CodeUnit
  /** The name of the member of the owner that makes the function. */
  readonly maker: string
  /** What the maker is called with, `this` first, each with what the text calls it. */
  readonly given: readonly (readonly [name: string, value: unknown])[]
  readonly variables: readonly CapturedVariable[]
  readonly deferred: readonly DeferredImport[]
  /** The name and length that the text which travels gives the function. */
  readonly natural: NaturalShape
}

/** How to look around a live function; not called for one that needs nothing of its surroundings. */
export interface Surroundings {
  scopes(): ScopeChain
  /** Variables around the script's own scopes, which its text says nothing of. */
  outside(): ReadonlySet<string>
  /** What an arrow kept of the call it was made in: `this`, if it is wanted, and the parameters' values. */
  frame(uses: FrameUses): { self: unknown; parameters: readonly unknown[] }
  /** The object whose prototype `super` is in the method whose scope `owner` is. */
  home(owner: Scope): object
  /** The key of a class's field, by V8's variable for it. */
  fieldKey(slot: string): string
  /** Views of the private members of the class around the function whose text `code` is. */
  privates(code: AnyNode, self: unknown): object
  /** A variable that classic scripts have in common, and what stands for the object that it is a member of. */
  common(name: string): PropertyDescriptor | undefined
  readonly commonOwner: ScriptVariables
  /** The module that a variable holds, where the text alone did not tell. */
  moduleBehind(binding: Binding, value: unknown): ModuleReference | undefined
  /** Told of each variable that travels by value. */
  noteValue(binding: Binding, value: unknown): void
  /** Told of each that is used by name. */
  noteNamed(binding: Binding): void
}

export function captureClosure(
  fn: Function,
  site: FunctionSite,
  unit: CodeUnit,
  around: Surroundings,
  scopes: CapturedScopes,
): CapturedFunction {
  const { script } = unit
  const plan = planClosure(script, site, name => around.common(name) !== undefined)
  refuseOutside(script, site, plan, around)
  const chain = plan.values.length > 0 ? around.scopes() : []
  const entered = scopes.enter({ fn, site, script }, neededScopes(chain, plan.values), unit)
  const owner = entered.at(-1) ?? unit
  const maker = codeOf(owner).addFunction(site, plan)
  const variables: CapturedVariable[] = []
  for (const binding of plan.named) around.noteNamed(binding)
  for (const [name, value] of plan.modules) variables.push({ owner: unit, name, value })
  for (const binding of plan.values) {
    const { name, scope } = binding
    const home = scope.isModule ? unit : entered.find(instance => instance.scope === scope)
    const live = chain.find(entry => entry.scope === scope)?.variables
    if (!home || !live || !Object.hasOwn(live, name)) {
      if (plan.unused.has(binding)) continue
      throw unsupported(script, site.node.start, `the value of \`${name}\` cannot be read`, 'Pass it in')
    }
    if (!isInitialized(live, name)) codeOf(home).addUninitialized(name)
    else {
      const module = around.moduleBehind(binding, live[name])
      if (!module) around.noteValue(binding, live[name])
      variables.push({ owner: home, name, value: module ?? live[name] })
    }
  }
  for (const variable of variables) codeOf(variable.owner as CapturedScope | CodeUnit).addVariable(variable.name)
  variables.push(...commonVariables(unit, site, plan, around))
  return { owner, maker, given: givenBy(plan, around), variables, deferred: plan.deferred, natural: plan.natural }
}

function commonVariables(
  unit: CodeUnit,
  site: FunctionSite,
  { common: { names, holder } }: ClosurePlan,
  around: Surroundings,
): CapturedVariable[] {
  if (names.length === 0) return []
  const owner = around.commonOwner
  unit.root.addVariable(holder)
  const members = names.map(name => {
    const variable = around.common(name)
    if (variable && 'value' in variable)
      return { owner, name, value: requiredModule(variable.value) ?? (variable.value as unknown) }
    throw unsupported(unit.script, site.node.start, `\`${name}\` is not initialised yet`, 'Capture it later')
  })
  return [{ owner: unit, name: holder, value: owner }, ...members]
}

const outside = new WeakMap<LoadedScript, ReadonlySet<string>>()

/**
 * What looks like a global may be a variable of the function that called eval(): the same ones for all functions of a script, but
 * for those around which eval() may have declared some.
 */
function refuseOutside(script: LoadedScript, site: FunctionSite, { globals }: ClosurePlan, around: Surroundings): void {
  if (globals.size === 0) return
  const isExtended = mayBeExtended(script, site)
  const known = (isExtended ? undefined : outside.get(script)) ?? around.outside()
  if (!isExtended) outside.set(script, known)
  const name = [...globals].find(global => known.has(global))
  if (name === undefined) return
  const what = isExtended
    ? `\`${name}\` is a variable that eval() declared`
    : `\`${name}\` is a variable outside of its script, whose text was compiled apart`
  throw unsupported(script, site.node.start, what, 'Pass it in')
}

/** Whether code that eval() was given may have declared variables around a function. */
function mayBeExtended(script: LoadedScript, { scope }: FunctionSite): boolean {
  return script.scopes.contextUses.some(({ kind, owner }) => kind === 'eval' && isAround(owner, scope))
}

function isAround(outer: Scope, from: Scope): boolean {
  for (let scope: Scope | undefined = from; scope; scope = scope.parent) if (scope === outer) return true
  return false
}

function givenBy({ frame, self }: ClosurePlan, around: Surroundings): CapturedFunction['given'] {
  const isOfCall = frame.self === 'call' || frame.self === 'unknown'
  const found = isOfCall || frame.parameters.size > 0 ? around.frame(frame) : undefined
  const names = [...frame.parameters.values()]
  const given: [string, unknown][] = names.map((name, index) => [name, found?.parameters[index]])
  if (frame.base) given.push(['super', new SuperReference(around.home(frame.base.owner))])
  for (const code of frame.privates.values()) given.push(['private members', around.privates(code, found?.self)])
  for (const slot of frame.keys.values()) given.push(['field key', around.fieldKey(slot)])
  return frame.self || given.length > 0 ? [['this', self ?? found?.self], ...given] : []
}

/** From the outermost to the innermost scope that holds one of the bindings. Those outside of it tell whose scope it is. */
function neededScopes(chain: ScopeChain, values: readonly Binding[]): ScopeChain {
  const innermost = chain.findLastIndex(({ scope }) => values.some(binding => binding.scope === scope))
  return chain.slice(0, innermost + 1)
}
