/**
 * Code units, scopes and closures back to life; the counterpart of capture/code-unit.ts.
 *
 * A unit's text is compiled once, under the name and on the lines of the author's file, and run once to make the module's own
 * scope. Scopes and closures are then made by name. They are made empty; their variables follow when all of them exist.
 */
import { isModuleNamespaceObject } from 'node:util/types'
import vm from 'node:vm'
import type { FunctionExtras } from '../capture/function-extras.ts'
import { rememberMembers } from './class-members.ts'
import { applyFunctionExtras } from './function-extras.ts'
import { rememberHome } from './home-objects.ts'

/** What running a scope's code returns: makers by name, and `$set` for its variables. */
export interface ScopeHandle {
  $set(variables: Record<string, unknown>): void
  readonly [maker: string]: (...ignored: never[]) => unknown
}

/** `text` is a function body; `firstLine` (zero-based, decimal) is where it stands in the file named `sourceName`. */
export function reviveCode(text: string, firstLine: string, sourceName: string): ScopeHandle {
  const options = { filename: sourceName, lineOffset: Number(firstLine) }
  return (vm.compileFunction(text, [], options) as () => ScopeHandle)()
}

export function reviveScope(parent: ScopeHandle, maker: string): ScopeHandle {
  return parent[maker]!() as ScopeHandle
}

/** `given` is what an arrow kept of the call it was made in; see FrameUses in capture/free-variables.ts. */
export function reviveClosure(owner: ScopeHandle, maker: string, self?: unknown, ...given: unknown[]): Function {
  const fn = rememberMembers(Reflect.apply(owner[maker]!, self, given) as Function)
  if (given.length > 0) rememberHome(fn, given)
  return fn
}

/** A variable of a scope, as `(scope, name, value)`. */
export type VariableState = readonly [owner: ScopeHandle, name: string, value: unknown]

/** Sets the variables that no function before has set, then what the function has beyond its code. */
export function setFunctionState(
  fn: Function,
  [variables, extras]: readonly [readonly VariableState[], FunctionExtras | null],
): void {
  setVariables(variables)
  if (extras) applyFunctionExtras(fn, extras)
}

export function setVariables(variables: readonly VariableState[]): void {
  for (const [owner, variable, value] of variables) {
    // What classic scripts have in common is an object without a prototype.
    if (Object.getPrototypeOf(owner) === null) Object.assign(owner, { [variable]: value })
    else owner.$set({ [variable]: value })
  }
}

/**
 * The module object that esbuild's `__toESM`, and its kind in other compilers, make of what `require()` returned. An ECMAScript
 * module, which a compiler had made CommonJS of over there, is one already.
 */
export function reviveInterop(exports: unknown, isNodeMode: boolean): unknown {
  if (isModuleNamespaceObject(exports)) return exports
  const source = Object(exports ?? {}) as Record<string, unknown>
  const target = Object.create(Object.getPrototypeOf(source) as object | null) as object
  if (isNodeMode || !source.__esModule) Object.defineProperty(target, 'default', { value: exports, enumerable: true })
  for (const key of Object.getOwnPropertyNames(source)) {
    if (Object.hasOwn(target, key)) continue
    const { enumerable = true } = Object.getOwnPropertyDescriptor(source, key)!
    Object.defineProperty(target, key, { get: () => source[key], enumerable })
  }
  return target
}

export function reviveBound(target: Function, self: unknown, args: readonly unknown[]): unknown {
  return Function.prototype.bind.call(target, self, ...args)
}
