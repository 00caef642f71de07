/**
 * Objects that have more to them than their properties, in a way that no pickle shows: these are refused rather than sent
 * without it.
 */
import {
  isAnyArrayBuffer,
  isBigIntObject,
  isBooleanObject,
  isBoxedPrimitive,
  isDataView,
  isDate,
  isMap,
  isNativeError,
  isNumberObject,
  isPromise,
  isProxy,
  isRegExp,
  isSet,
  isSharedArrayBuffer,
  isStringObject,
  isSymbolObject,
} from 'node:util/types'
import { isContext } from 'node:vm'
import { ModulePickleError } from '../../errors.ts'
import { intrinsicName } from '../../pickle/index.ts'
import { builtinNameOf } from './builtins.ts'
import type { InternalCode } from './live-functions.ts'
import { nodeClassRefusal } from './refusals.ts'

/** What Node's own functions, or machine code, are; undefined for those of the program. */
export type CodeOf = (fn: Function) => InternalCode | undefined

/** Classes of Node whose instances are all in their properties. */
const openClasses: ReadonlySet<string> = new Set(['EventEmitter', 'AssertionError'])

/** Why an object cannot travel as an instance of its class; undefined for most. */
export function instanceRefusal(value: object, codeOf: CodeOf): ModulePickleError | undefined {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === Array.prototype) return undefined
  const cls = classOf(prototype)
  const refusal = cls && refusalOf(cls, codeOf)
  // Such as `console` where a test runner has put its own in its place.
  return refusal && intrinsicName(value) === undefined ? refusal : undefined
}

const refusals = new WeakMap<Function, (() => ModulePickleError) | undefined>()

function refusalOf(cls: Function, codeOf: CodeOf): ModulePickleError | undefined {
  if (!refusals.has(cls)) refusals.set(cls, findRefusal(cls, codeOf))
  return refusals.get(cls)?.()
}

function findRefusal(cls: Function, codeOf: CodeOf): (() => ModulePickleError) | undefined {
  if (intrinsicName(cls) !== undefined) return undefined
  const { name } = cls
  const builtin = builtinNameOf(cls)
  if (builtin && openClasses.has(name)) return undefined
  if (builtin || codeOf(cls)) return () => nodeClassRefusal(name, builtin?.module)
  const parent = parentOf(cls)
  return parent && findRefusal(parent, codeOf)
}

/**
 * Looking at an object that inherits from a Proxy runs code of the program.
 * @throws ModulePickleError ERR_UNPICKLABLE
 */
export function refuseHeirOfProxy(value: object): void {
  let prototype = Object.getPrototypeOf(value) as object | null
  while (prototype !== null && prototype !== Object.prototype) {
    if (isProxy(prototype)) {
      throw new ModulePickleError(
        'ERR_UNPICKLABLE',
        'an object whose prototype is a Proxy cannot be pickled. Pass what it is made of.',
      )
    }
    prototype = Object.getPrototypeOf(prototype) as object | null
  }
}

/** The intrinsic that an object has its inner state of although it does not inherit from it any more; undefined for all others. */
export function disguisedType(value: object): string | undefined {
  const type = innerTypeOf(value)
  return type === undefined || inheritsFrom(value, type) ? undefined : type
}

const tagOfView = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)?.get

const boxes: readonly [is: (value: unknown) => boolean, type: string][] = [
  [isNumberObject, 'Number'],
  [isStringObject, 'String'],
  [isBooleanObject, 'Boolean'],
  [isSymbolObject, 'Symbol'],
  [isBigIntObject, 'BigInt'],
]

function innerTypeOf(value: object): string | undefined {
  if (isMap(value)) return 'Map'
  if (isSet(value)) return 'Set'
  if (ArrayBuffer.isView(value)) return isDataView(value) ? 'DataView' : String(tagOfView?.call(value))
  if (isDate(value)) return 'Date'
  if (isRegExp(value)) return 'RegExp'
  if (isNativeError(value)) return 'Error'
  if (isAnyArrayBuffer(value)) return isSharedArrayBuffer(value) ? 'SharedArrayBuffer' : 'ArrayBuffer'
  if (isBoxedPrimitive(value)) return boxes.find(([isBox]) => isBox(value))?.[1]
  return isPromise(value) ? 'Promise' : undefined
}

/** Of this realm or of another one. */
function inheritsFrom(value: object, type: string): boolean {
  let prototype = Object.getPrototypeOf(value) as object | null
  while (prototype !== null) {
    if (intrinsicName(prototype) === `${type}.prototype`) return true
    prototype = Object.getPrototypeOf(prototype) as object | null
  }
  return false
}

/** @throws ModulePickleError ERR_UNPICKLABLE for the object of a vm context, which is the globals of code that ran in it */
export function refuseContext(value: object): void {
  if (!isContext(value)) return
  const way = 'Pass an object with the values that you need of it, and make the context on the other end.'
  throw new ModulePickleError('ERR_UNPICKLABLE', `a vm context cannot be pickled. ${way}`)
}

/** The class whose instances have that prototype; undefined where it belongs to no class. */
function classOf(prototype: unknown): Function | undefined {
  if (typeof prototype !== 'object' || prototype === null) return undefined
  const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  return typeof constructor === 'function' && constructor.prototype === prototype ? constructor : undefined
}

function parentOf(cls: Function): Function | undefined {
  const prototype: unknown = cls.prototype
  return typeof prototype === 'object' && prototype !== null ? classOf(Object.getPrototypeOf(prototype)) : undefined
}
