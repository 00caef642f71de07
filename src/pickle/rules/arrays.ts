/**
 * Array: a list where it is dense; with holes, `js Array` of its length and each element as a property.
 */
import type { Plan } from '../plan.ts'
import { Global } from '../values.ts'
import {
  integrity,
  integrityOf,
  readProperties,
  withUnusual,
  type Integrity,
  type OwnProperties,
} from './properties.ts'

/** `prototype` undefined: Array.prototype. */
export function arrayPlan(array: readonly unknown[], prototype: object | null | undefined): Plan {
  const keys = Reflect.ownKeys(array)
  const level = integrityOf(array)
  if (!isList(array, keys, level)) return sparsePlan(array, keys, prototype)
  const plan: Plan = { create: 'list', items: { cells: array, into: 'list', segment: index => `[${index}]` } }
  return withUnusual(plan, extras(array, keys.slice(array.length + 1)), prototype)
}

/** Whether all indices are there, as properties that a list has: no accessors, nothing read-only that is not frozen. */
export function isList(array: readonly unknown[], keys: readonly (string | symbol)[], level: Integrity): boolean {
  // Indices come first, in order, then `length`: where it stands tells whether all indices are there.
  if (keys[array.length] !== 'length' || isLengthFixed(array, level)) return false
  for (let i = 0; i < array.length; i++) {
    const { value, writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(array, i)!
    if (value === undefined && writable === undefined) return false
    if (!enumerable || writable !== level < integrity.frozen || configurable !== level < integrity.sealed) return false
  }
  return true
}

function isLengthFixed(array: readonly unknown[], level: Integrity): boolean {
  return level < integrity.frozen && !Object.getOwnPropertyDescriptor(array, 'length')!.writable!
}

function sparsePlan(
  array: readonly unknown[],
  keys: readonly (string | symbol)[],
  prototype: object | null | undefined,
): Plan {
  const create = { callee: new Global('js', 'Array'), args: [array.length] }
  const isFixed = isLengthFixed(array, integrityOf(array))
  // A length that cannot change comes last: it would keep elements out.
  const own = keys.filter(key => key !== 'length')
  return withUnusual({ create }, extras(array, isFixed ? [...own, 'length'] : own), prototype)
}

/** Everything beside the elements of a list is unusual. */
function extras(array: readonly unknown[], keys: readonly (string | symbol)[]): OwnProperties {
  return keys.length === 0
    ? { plain: [], unusual: [], integrity: integrityOf(array) }
    : readProperties(array, keys, { allUnusual: true })
}
