/**
 * Gives a revived function what it had beyond its code; the counterpart of capture/function-extras.ts.
 */
import type { FunctionExtras } from '../capture/function-extras.ts'

export function applyFunctionExtras(fn: Function, extras: FunctionExtras): void {
  const { name, length, deleted, own, members, membersInherit, isPrototypeFixed, inherits, integrity } = extras
  if (name !== undefined) Object.defineProperty(fn, 'name', { value: name, configurable: true })
  if (length !== undefined) Object.defineProperty(fn, 'length', { value: length, configurable: true })
  for (const key of deleted ?? []) Reflect.deleteProperty(fn, key)
  if ('prototype' in extras) (fn as { prototype: unknown }).prototype = extras.prototype
  if (membersInherit !== undefined) Object.setPrototypeOf(fn.prototype, membersInherit)
  if (members) Object.defineProperties(fn.prototype, Object.getOwnPropertyDescriptors(members))
  if (isPrototypeFixed) Object.defineProperty(fn, 'prototype', { writable: false })
  if (own) Object.defineProperties(fn, Object.getOwnPropertyDescriptors(own))
  if (inherits !== undefined) Object.setPrototypeOf(fn, inherits)
  applyIntegrity(fn, integrity)
}

export function applyIntegrity(object: object, integrity: FunctionExtras['integrity']): void {
  if (integrity === 'frozen') Object.freeze(object)
  else if (integrity === 'sealed') Object.seal(object)
  else if (integrity === 'closed') Object.preventExtensions(object)
}
