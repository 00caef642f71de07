/**
 * A function by value: the scopes it was made in, the maker of its code, and the variables it reads and writes.
 *
 * Input: a live function with its site. Output: a record that the CloudPickler writes. The body never runs.
 */
import type { Binding, FunctionSite, Scope } from '../source/lexical-scopes.ts'
import type { DeferredImport } from '../source/resolve.ts'
import { CapturedScope, type CapturedScopes } from './captured-scope.ts'
import { planClosure } from './closure-plan.ts'
import type { CodeUnit } from './code-unit.ts'
import { unsupported } from './free-variables.ts'
import type { NaturalShape } from './function-extras.ts'
import type { LoadedScript } from './loaded-script.ts'
import { ModuleReference } from './module-reference.ts'
import { commonJsFile } from './namespace-target.ts'
import type { ScopeChain } from './scope-chain.ts'

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
  const plan = planClosure(unit.script, site)
  const chain = plan.values.length > 0 ? withOwnNames(around, plan.values) : []
  const entered = scopes.enter({ fn, site, script: unit.script }, neededScopes(chain, plan.values), unit)
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
