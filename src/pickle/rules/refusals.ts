/**
 * Why a value cannot be pickled and what to do instead, as ERR_UNPICKLABLE.
 */
import { ModulePickleError } from '../../errors.ts'
import { classOf } from '../registry.ts'

/** What to do instead, by the intrinsic that gives the value its inner state. */
const advice: Readonly<Record<string, string>> = {
  Promise: 'Await it first and pass its value.',
  WeakMap: 'Use a Map, or make it again on the other end.',
  WeakSet: 'Use a Set, or make it again on the other end.',
  WeakRef: 'Pass what it refers to.',
  SharedArrayBuffer: 'Memory cannot be shared with another process: copy it first, with slice().',
  AbortSignal: 'Make an AbortController on the other end.',
  AbortController: 'Make it on the other end, and pass what is to end it.',
  Blob: 'Pass what its arrayBuffer() resolves to.',
  File: 'Pass what its arrayBuffer() resolves to.',
  CryptoKey: 'Pass what crypto.subtle.exportKey() resolves to, and import it on the other end.',
  'WebAssembly.Module': 'Pass its bytes, and compile them on the other end.',
  'WebAssembly.Instance': 'Pass the bytes of its module, and instantiate them on the other end.',
  'WebAssembly.Memory': 'Pass a copy of its buffer.',
  TextDecoder: 'Make it inside the function: it may be in the middle of a stream.',
  GeneratorFunction:
    'A running generator cannot move: collect its values into an array, or pass the generator function. To have the values of a call ' +
    'as they come, make the function an `async function*`.',
  AsyncGeneratorFunction:
    'A running generator cannot move: collect its values into an array, or pass the generator function.',
}

const anyIterator = 'An iterator in use cannot move: collect its values into an array, or pass what it iterates over.'
const anyOther = 'Make it on the other end, or leave it out of what is passed.'

/** Refuses an object for the intrinsic it descends from, such as `Promise` or `GeneratorFunction.prototype`. */
export function refuse(value: object, intrinsic: string): never {
  const family = intrinsic.startsWith('WebAssembly.') ? intrinsic : intrinsic.replace(/^%|(Prototype)?%$|\..*$/g, '')
  const name = family.startsWith('WebAssembly.') ? family : (nameOfClass(value) ?? family)
  const article = /^[AEIOU]/.test(name) ? 'an' : 'a'
  const what = family.endsWith('GeneratorFunction') ? 'a generator' : `${article} ${name}`
  const hint = advice[family] ?? (/Iterator/.test(family) ? anyIterator : anyOther)
  throw new ModulePickleError('ERR_UNPICKLABLE', `${what} cannot be pickled. ${hint}`)
}

/** Refuses a function or class that nobody claimed. */
export function refuseFunction(fn: object & { name?: unknown }): never {
  const name = typeof fn.name === 'string' && fn.name !== '' ? fn.name : '(anonymous)'
  if (isClass(fn)) {
    throw new ModulePickleError(
      'ERR_UNPICKLABLE',
      `class ${name}, or an instance of it, cannot be pickled as data. Give it a reducer with registerReducer() or a ` +
        `method [Symbol.for('modulepickle.reduce')], or pickle it with modulepickle, which ships classes.`,
    )
  }
  throw new ModulePickleError(
    'ERR_UNPICKLABLE',
    `function ${name} cannot be pickled as data. Pickle it with modulepickle or modulepickle/cloudpickle, which ship functions.`,
  )
}

/** What makes an object of that prototype takes seven bytes, for which a reader goes through this many objects, see `maxExpansion`. */
const deepestChain = 100

/** Refuses an object whose prototypes are so many that a reader would not go through them. */
export function refuseDeepChain(prototype: object | null): void {
  let depth = 0
  for (let each = prototype; each !== null; each = Object.getPrototypeOf(each) as object | null) depth++
  if (depth <= deepestChain) return
  throw new ModulePickleError(
    'ERR_UNPICKLABLE',
    `an object with a chain of ${depth} prototypes cannot be pickled: ${deepestChain} are the most. Pass what is in them.`,
  )
}

function isClass(fn: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(fn)) || isOldStyleClass(fn)
}

/** `function Socket() {}` with methods on its prototype. */
function isOldStyleClass(fn: object): boolean {
  const prototype: unknown = Object.getOwnPropertyDescriptor(fn, 'prototype')?.value
  return typeof prototype === 'object' && prototype !== null && Reflect.ownKeys(prototype).length > 1
}

function nameOfClass(value: object): string | undefined {
  const cls = classOf(value)
  const name: unknown = cls === undefined ? undefined : Reflect.get(cls, 'name')
  return typeof name === 'string' && name !== '' ? name : undefined
}
