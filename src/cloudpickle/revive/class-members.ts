/**
 * The members that the text of a class made, kept from when the class was: later they may stand elsewhere, or nowhere.
 */
import { ModulePickleError } from '../../errors.ts'

type Members = Readonly<Record<'static' | 'prototype', PropertyDescriptorMap>>

const made = new WeakMap<Function, Members>()

/** To be called with each function that was just made; only classes are looked at. Returns the function. */
export function rememberMembers(fn: Function): Function {
  const property = Object.getOwnPropertyDescriptor(fn, 'prototype')
  if (property && !property.writable && typeof property.value === 'object') {
    const prototype = Object.getOwnPropertyDescriptors(property.value as object)
    made.set(fn, { static: Object.getOwnPropertyDescriptors(fn), prototype })
  }
  return fn
}

/** A member of a class by value as its text made it, of another class as it is. @throws ModulePickleError ERR_GLOBAL_UNKNOWN */
export function reviveMember(
  cls: Function,
  isStatic: boolean,
  key: string | symbol,
  part: 'value' | 'get' | 'set',
): unknown {
  const members = made.get(cls)?.[isStatic ? 'static' : 'prototype']
  const owner = isStatic ? cls : (cls.prototype as object)
  const found: unknown = (members ? members[key as string] : Object.getOwnPropertyDescriptor(owner, key))?.[part]
  if (found !== undefined) return found
  throw new ModulePickleError(
    'ERR_GLOBAL_UNKNOWN',
    `Class ${cls.name} has no ${part === 'value' ? 'method' : part + 'ter'} ${String(key)} here. It was changed after it was loaded, at one end.`,
  )
}
