/**
 * Gives a revived class what it had beyond its code; the counterpart of capture/class-state.ts.
 */
import type { ClassState } from '../capture/class-state.ts'
import { setVariables, type VariableState } from './code.ts'
import { applyIntegrity } from './function-extras.ts'
import { setStaticPrivates } from './private-state.ts'

export function setClassState(
  cls: Function,
  [variables, state]: readonly [readonly VariableState[], ClassState | null],
): void {
  setVariables(variables)
  if (!state) return
  const { name, length, own, members, inherits, integrity, membersIntegrity, privates = {} } = state
  const prototype = cls.prototype as object
  if (inherits) {
    Object.setPrototypeOf(cls, inherits[0])
    Object.setPrototypeOf(prototype, inherits[1])
  }
  if (name !== undefined) Object.defineProperty(cls, 'name', { value: name, configurable: true })
  if (length !== undefined) Object.defineProperty(cls, 'length', { value: length, configurable: true })
  if (own) setOwnProperties(cls, own)
  if (members) setOwnProperties(prototype, members)
  setStaticPrivates(cls, privates)
  applyIntegrity(prototype, membersIntegrity)
  applyIntegrity(cls, integrity)
}

/** Makes the own properties of `target` those of `wanted`, in that order. `prototype` of a class cannot be moved. */
function setOwnProperties(target: object, wanted: object): void {
  const keys = Reflect.ownKeys(wanted)
  const present = Reflect.ownKeys(target).filter(key => typeof target !== 'function' || key !== 'prototype')
  let same = 0
  while (same < keys.length && keys[same] === present[same]) same++
  for (const key of present.slice(same)) Reflect.deleteProperty(target, key)
  Object.defineProperties(target, Object.getOwnPropertyDescriptors(wanted))
}
