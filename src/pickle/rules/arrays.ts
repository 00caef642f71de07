/**
 * Array: a list where it is dense; with holes, `js Array` of its length and each element as a property.
 */
import type { Plan } from '../plan.ts'
import { Global } from '../values.ts'
import { integrityOf, readProperties, withUnusual, type OwnProperties } from './properties.ts'

/** `prototype` undefined: Array.prototype. */
export function arrayPlan(array: readonly unknown[], prototype: object | null | undefined): Plan {
  const keys = Reflect.ownKeys(array)
  // Indices come first, in order, then `length`: where it stands tells whether all indices are there.
  if (keys[array.length] !== 'length') return sparsePlan(array, keys, prototype)
  const plan: Plan = { create: 'list', items: { cells: array, into: 'list', segment: index => `[${index}]` } }
  return withUnusual(plan, extras(array, keys.slice(array.length + 1)), prototype)
}

function sparsePlan(
  array: readonly unknown[],
  keys: readonly (string | symbol)[],
  prototype: object | null | undefined,
): Plan {
  const create = { callee: new Global('js', 'Array'), args: [array.length] }
  const own = extras(
    array,
    keys.filter(key => key !== 'length'),
  )
  return withUnusual({ create }, own, prototype)
}

/** Everything beside the elements of a list is unusual. */
function extras(array: readonly unknown[], keys: readonly (string | symbol)[]): OwnProperties {
  return keys.length === 0
    ? { plain: [], unusual: [], integrity: integrityOf(array) }
    : readProperties(array, keys, { allUnusual: true })
}
