/**
 * Objects whose state the language gives no way to read: promises, weak collections, iterators of collections, proxies,
 * arguments objects. Input: such a live value. Output: the reduction that makes it again, or undefined to refuse it.
 *
 * V8 shows the state to the inspector; nothing of the value's own code runs. The counterpart is revive/inner-state.ts.
 */
import { isArgumentsObject, isGeneratorObject, isPromise, isProxy, isWeakMap, isWeakSet } from 'node:util/types'
import { ModulePickleError } from '../../errors.ts'
import { Global, Labelled, Tuple, type InnerReduction, type Reduction } from '../../pickle/index.ts'
import { iteratorReduction, type IteratorKind } from './collection-iterators.ts'
import type { Inspector } from './inspector.ts'
import { webReduction } from './web-objects.ts'
import type { WeakContents } from './weak-contents.ts'

const inner = (name: string): Global => new Global('cloudpickle', name)

/** What Node attaches to promises while something listens to async hooks. */
const ofAsyncHooks: ReadonlySet<string | undefined> = new Set([
  'async_id_symbol',
  'trigger_async_id_symbol',
  'kResourceStore',
])

const iteratorsOf: Readonly<Record<string, IteratorKind['of']>> = {
  '%MapIteratorPrototype%': 'Map',
  '%SetIteratorPrototype%': 'Set',
}

/**
 * By the intrinsic that brings the state, such as `Promise`; `none` for an object that only inherits from that.
 * @throws ModulePickleError ERR_UNPICKLABLE
 */
export function innerReduction(
  value: object,
  intrinsic: string,
  inspector: () => Inspector,
  weak: WeakContents,
): InnerReduction | 'none' | undefined {
  if (isPretender(value, intrinsic)) return 'none'
  const collection = iteratorsOf[intrinsic]
  if (collection) return iteratorReduction(value, collection, inspector(), weak)
  switch (intrinsic) {
    case 'Promise':
      return promiseReduction(value, inspector())
    case 'WeakMap':
    case 'WeakSet': {
      weak.add(value, intrinsic, inspector())
      return { callee: inner(intrinsic), args: [] }
    }
    case 'WeakRef':
      return weakRefReduction(value)
    case 'TextEncoder':
    case 'TextDecoder':
      return textCoderReduction(value)
    default:
      return webReduction(value, intrinsic, inspector)
  }
}

/** Whether an object that inherits from a builtin prototype has none of its state: `Object.create(Promise.prototype)`. */
function isPretender(value: object, intrinsic: string): boolean {
  if (intrinsic === 'Promise') return !isPromise(value)
  if (intrinsic === 'WeakMap' || intrinsic === 'WeakSet') return !isWeakMap(value) && !isWeakSet(value)
  return /^(Async)?GeneratorFunction\b/.test(intrinsic) && !isGeneratorObject(value)
}

function promiseReduction(value: object, inspector: Inspector): InnerReduction | undefined {
  const state = inspector.stateOf(value)
  const settled = state('[[PromiseState]]')
  if (settled !== 'fulfilled' && settled !== 'rejected') return undefined
  const isFulfilled = settled === 'fulfilled'
  const result = state('[[PromiseResult]]')
  if (isFulfilled && isThenable(result)) {
    throw new ModulePickleError(
      'ERR_UNPICKLABLE',
      'a promise whose value has a method `then` cannot be pickled: it would be called. Pass the value itself.',
    )
  }
  const settlement = new Tuple([isFulfilled, new Labelled(result, isFulfilled ? ' → value' : ' → reason')])
  const ignores = (key: string | symbol): boolean => typeof key === 'symbol' && ofAsyncHooks.has(key.description)
  return { callee: inner('promise'), args: [], state: settlement, stateSetter: inner('settle'), ignores }
}

/** Whether resolving a promise with it runs code, as far as can be seen without running any. */
function isThenable(value: unknown): boolean {
  let each = value
  while ((typeof each === 'object' || typeof each === 'function') && each !== null) {
    if (isProxy(each)) return true
    const then = Object.getOwnPropertyDescriptor(each, 'then')
    if (then) return then.get !== undefined || typeof then.value === 'function'
    each = Object.getPrototypeOf(each)
  }
  return false
}

/** What it refers to travels with it: it could be seen here. There, too, it is held weakly. */
function weakRefReduction(value: object): Reduction | undefined {
  let target: unknown
  try {
    target = WeakRef.prototype.deref.call(value)
  } catch {
    // `Object.create(WeakRef.prototype)` refers to nothing.
    return undefined
  }
  if (target === undefined) {
    throw new ModulePickleError(
      'ERR_UNPICKLABLE',
      'what a WeakRef refers to has been collected. Hold on to it, or leave the WeakRef out of what is passed.',
    )
  }
  return { callee: inner('WeakRef'), args: [new Labelled(target, '.deref()')] }
}

/** A decoder that keeps a converter or a piece of text may be in the middle of a stream. */
function textCoderReduction(value: object): InnerReduction | undefined {
  const ignores = (key: string | symbol): boolean => typeof key === 'symbol'
  if (value instanceof TextEncoder) return { callee: inner('TextEncoder'), args: [], ignores }
  if (!(value instanceof TextDecoder)) return undefined
  const hidden = Object.getOwnPropertySymbols(value).map(
    key => Object.getOwnPropertyDescriptor(value, key)?.value as unknown,
  )
  if (hidden.some(each => typeof each === 'object' && each !== null)) return undefined
  const { encoding, fatal, ignoreBOM } = value
  return { callee: inner('TextDecoder'), args: [encoding, { fatal, ignoreBOM }], ignores }
}

/** `url.searchParams`, which changes with its URL and changes that; undefined for parameters of their own. */
export function searchParamsReduction(value: object, inspector: () => Inspector): Reduction | undefined {
  if (!(value instanceof URLSearchParams)) return undefined
  const url = inspector()
    .privatesOf(value)
    .find(({ name }) => name === '#context')?.value
  return url instanceof URL ? { callee: inner('searchParams'), args: [new Labelled(url, '.[[URL]]')] } : undefined
}

/** @throws ModulePickleError ERR_UNPICKLABLE for one that was revoked */
export function proxyReduction(proxy: object, inspector: Inspector): Reduction {
  const state = inspector.stateOf(proxy)
  const target = state('[[Target]]')
  if (target === null) {
    throw new ModulePickleError('ERR_UNPICKLABLE', 'a Proxy that was revoked cannot be pickled. Leave it out.')
  }
  const args = [new Labelled(target, '.[[Target]]'), new Labelled(state('[[Handler]]'), '.[[Handler]]')]
  return { callee: inner('proxy'), args }
}

/** undefined for anything but an arguments object. Where parameters were tied to it, they no longer are. */
export function argumentsReduction(value: object): Reduction | undefined {
  if (!isArgumentsObject(value)) return undefined
  const own: Partial<Record<PropertyKey, PropertyDescriptor>> = Object.getOwnPropertyDescriptors(value)
  // In strict code it is an accessor that throws, as making one there gives again.
  const isStrict = own['callee']?.get !== undefined
  if (isStrict) delete own['callee']
  const state = Object.create(Object.getPrototypeOf(value) as object | null, own as PropertyDescriptorMap) as object
  if (Object.isFrozen(value)) Object.freeze(state)
  else if (Object.isSealed(value)) Object.seal(state)
  else if (!Object.isExtensible(value)) Object.preventExtensions(state)
  return { callee: inner('arguments'), args: [isStrict], state, stateSetter: inner('setArguments') }
}
