/**
 * Reducers that classes bring along: `registerReducer` (as Python's copyreg) and methods named `reduceSymbol` (as __reduce__).
 *
 * The registry lives on a versioned global symbol: several copies of this package in one process see the same one.
 */
import type { Reduction } from './values.ts'

/** A method of this name is a value's own reducer: it takes nothing and returns a Reduction. */
export const reduceSymbol: unique symbol = Symbol.for('modulepickle.reduce') as never

type Reduce = (value: never) => Reduction

/** How to pickle direct instances of classes, by class. */
export type DispatchTable = ReadonlyMap<object, Reduce>

const registrySymbol = Symbol.for('modulepickle.reducers.v1')

function registry(): WeakMap<object, Reduce> {
  const existing: unknown = Reflect.get(globalThis, registrySymbol)
  if (existing instanceof WeakMap) return existing
  const created = new WeakMap<object, Reduce>()
  Object.defineProperty(globalThis, registrySymbol, { value: created })
  return created
}

/** From now on pickles direct instances of `cls` (not of its subclasses) by what `reduce` returns for them. */
export function registerReducer<T>(cls: { readonly prototype: T }, reduce: (value: T) => Reduction): void {
  registry().set(cls, reduce)
}

/** What the value's class says about how to pickle it, if anything; `table` in the place of the registry. */
export function customReduction(value: object, table: DispatchTable | undefined): Reduction | undefined {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== Array.prototype) {
    const registered = (table ?? registry()).get(classOf(value) ?? value)
    if (registered !== undefined) return registered(value as never)
  }
  if (!(reduceSymbol in value)) return undefined
  const method: unknown = value[reduceSymbol]
  return typeof method === 'function' ? Reflect.apply(method, value, []) : undefined
}

/** The class whose prototype `value` has, judged without running getters. */
export function classOf(value: object): object | undefined {
  const prototype: unknown = Object.getPrototypeOf(value)
  return typeof prototype === 'object' && prototype !== null ? classOfPrototype(prototype) : undefined
}

/** The class that `prototype` is the prototype of. */
export function classOfPrototype(prototype: object): (object & { name?: unknown }) | undefined {
  const cls: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  if (typeof cls !== 'function') return undefined
  return Object.getOwnPropertyDescriptor(cls, 'prototype')?.value === prototype ? cls : undefined
}
