/**
 * Objects with state that no property shows, back to life; the counterpart of capture/inner-state.ts.
 *
 * They are made empty; what they hold follows when it is there.
 */
import vm from 'node:vm'

interface Resolvers {
  resolve(value: unknown): void
  reject(reason: unknown): void
}

const resolversOf = new WeakMap<object, Resolvers>()

function makePromise(): Promise<unknown> {
  let resolvers: Resolvers
  const promise = new Promise((resolve, reject) => {
    resolvers = { resolve, reject }
  })
  resolversOf.set(promise, resolvers!)
  return promise
}

/** A rejection counts as handled: whoever made the promise has dealt with it, or has been told. */
function settle(promise: Promise<unknown>, [isFulfilled, result]: readonly [boolean, unknown]): void {
  const { resolve, reject } = resolversOf.get(promise)!
  if (isFulfilled) return resolve(result)
  Promise.prototype.then.call(promise, undefined, () => undefined)
  reject(result)
}

function fillWeakMap(map: WeakMap<object, unknown>, items: readonly unknown[]): void {
  for (let i = 0; i < items.length; i += 2) WeakMap.prototype.set.call(map, items[i] as object, items[i + 1])
}

function fillWeakSet(set: WeakSet<object>, items: readonly object[]): void {
  for (const item of items) WeakSet.prototype.add.call(set, item)
}

/** A fresh iterator is at the beginning, also of a collection that is not filled yet. */
function makeIterator(of: 'Map' | 'Set', method: 'keys' | 'values' | 'entries', collection: object): object {
  return of === 'Map'
    ? Map.prototype[method].call(collection as Map<unknown, unknown>)
    : Set.prototype[method].call(collection as Set<unknown>)
}

const prototypes = {
  Map: Object.getPrototypeOf(new Map().keys()) as Iterator<unknown>,
  Set: Object.getPrototypeOf(new Set().keys()) as Iterator<unknown>,
}

function advance(of: 'Map' | 'Set', iterator: Iterator<unknown>, steps: number): void {
  for (let i = 0; i < steps; i++) prototypes[of].next.call(iterator)
}

function makeArguments(isStrict: boolean): object {
  return (vm.compileFunction(`${isStrict ? '"use strict";' : ''}return arguments`) as () => object)()
}

function setArguments(made: object, own: object): void {
  // A strict `callee` is not among its own, and cannot be taken away.
  for (const key of Reflect.ownKeys(made)) if (!Object.hasOwn(own, key)) Reflect.deleteProperty(made, key)
  Object.defineProperties(made, Object.getOwnPropertyDescriptors(own))
  Object.setPrototypeOf(made, Object.getPrototypeOf(own) as object | null)
  if (Object.isFrozen(own)) Object.freeze(made)
  else if (Object.isSealed(own)) Object.seal(made)
  else if (!Object.isExtensible(own)) Object.preventExtensions(made)
}

/** By their names in module `cloudpickle` of a pickle. */
export const innerStateRevivers: Readonly<Record<string, unknown>> = {
  promise: makePromise,
  settle,
  WeakMap: () => new WeakMap(),
  WeakSet: () => new WeakSet(),
  WeakRef: (target: object) => new WeakRef(target),
  fillWeakMap,
  fillWeakSet,
  proxy: (target: object, handler: ProxyHandler<object>) => new Proxy(target, handler),
  iterator: makeIterator,
  advance,
  arguments: makeArguments,
  setArguments,
  searchParams: (url: URL) => url.searchParams,
  TextEncoder: () => new TextEncoder(),
  TextDecoder: (encoding: string, options: { fatal: boolean; ignoreBOM: boolean }) =>
    new TextDecoder(encoding, options),
}
