/**
 * Objects that have more to them than their properties, in a way that no pickle shows: these are refused rather than sent
 * without it.
 */
import { ModulePickleError } from '../../errors.ts'
import { intrinsicName } from '../../pickle/index.ts'
import { builtinNameOf } from './builtins.ts'

/** @throws ModulePickleError ERR_UNPICKLABLE, ERR_CAPTURE_UNSUPPORTED */
export function refuseInstance(value: object): void {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === Array.prototype) return
  const cls = classOf(prototype)
  const refusal = cls && refusalOf(cls)
  // Such as `console` where a test runner has put its own in its place.
  if (refusal && intrinsicName(value) === undefined) throw refusal
}

const refusals = new WeakMap<Function, (() => ModulePickleError) | undefined>()

function refusalOf(cls: Function): ModulePickleError | undefined {
  if (!refusals.has(cls)) refusals.set(cls, findRefusal(cls))
  return refusals.get(cls)?.()
}

function findRefusal(cls: Function): (() => ModulePickleError) | undefined {
  if (intrinsicName(cls) !== undefined) return undefined
  const { name } = cls
  const builtin = builtinNameOf(cls)
  if (builtin) {
    const message = `a ${name} of ${builtin.module} cannot be pickled: it holds something of this process. Make it on the other end.`
    return () => new ModulePickleError('ERR_UNPICKLABLE', message)
  }
  if (!hasPrivateMembers(cls)) {
    const parent = parentOf(cls)
    return parent && findRefusal(parent)
  }
  const message = `an instance of ${name} has private members, which cannot travel yet. Send the data it is made of instead.`
  return () => new ModulePickleError('ERR_CAPTURE_UNSUPPORTED', message)
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

/** Whether the text of a class declares private members, whose state no property shows. */
function hasPrivateMembers(cls: Function): boolean {
  return /#[\p{ID_Start}$_]/u.test(Function.prototype.toString.call(cls))
}
