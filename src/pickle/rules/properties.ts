/**
 * Own properties of an object, split into those that the short form carries (plain data) and those that need
 * `js restore`: accessors, symbol keys, unusual attributes, a prototype of its own, frozen and sealed.
 *
 * Never runs a getter. Order is kept: after the first unusual property all that follow are unusual, too.
 */
import { keySegment } from '../plan.ts'
import type { Plan } from '../plan.ts'
import { Global, Labelled, Tuple } from '../values.ts'

/** Attributes of a property as one number. */
export const attribute = { writable: 1, enumerable: 2, configurable: 4, accessor: 8 } as const

/** What `restore` does last. */
export const integrity = { extensible: 0, closed: 1, sealed: 2, frozen: 3 } as const
export type Integrity = (typeof integrity)[keyof typeof integrity]

const restore = new Global('js', 'restore')

export interface OwnProperties {
  /** [key, value, …] for the short form. */
  plain: unknown[]
  /** [key, attributes, value, …] for `restore`. */
  unusual: unknown[]
  integrity: Integrity
}

export interface ReadOptions {
  /** Own keys that the object's creation already accounts for. */
  skip?: (key: string | symbol, property: PropertyDescriptor) => boolean
  /** Names whose short form is not enumerable, as an error's message. */
  hidden?: ReadonlySet<string>
  /** A property that is read even where the engine implements it as an accessor. */
  read?: string
  /** The short form carries no properties. */
  allUnusual?: boolean
}

export function readProperties(
  object: object,
  keys: readonly (string | symbol)[],
  options: ReadOptions,
): OwnProperties {
  const own: OwnProperties = { plain: [], unusual: [], integrity: integrityOf(object) }
  for (const key of keys) {
    const property = Object.getOwnPropertyDescriptor(object, key)
    if (property === undefined || options.skip?.(key, property) === true) continue
    const { attributes, value } = describe(object, key, property, options)
    const hidden = typeof key === 'string' && options.hidden?.has(key) === true
    const usual = attributes === usualAttributes(own.integrity, hidden) && options.allUnusual !== true
    if (usual && typeof key === 'string' && own.unusual.length === 0) own.plain.push(key, value)
    else own.unusual.push(key, attributes, new Labelled(value, keySegment(key)))
  }
  return own
}

/** The accessor that `stack` is in some engines, the same for all errors. */
const engineStack = Object.getOwnPropertyDescriptor(new Error('any'), 'stack')?.get

function describe(
  object: object,
  key: string | symbol,
  property: PropertyDescriptor,
  options: ReadOptions,
): { attributes: number; value: unknown } {
  const flags =
    (property.enumerable === true ? attribute.enumerable : 0) +
    (property.configurable === true ? attribute.configurable : 0)
  if (key === options.read && property.get !== undefined && property.get === engineStack) {
    return { attributes: flags | attribute.writable, value: Reflect.get(object, key) }
  }
  if (property.get !== undefined || property.set !== undefined) {
    const pair = [new Labelled(property.get, ' (getter)'), new Labelled(property.set, ' (setter)')]
    return { attributes: flags | attribute.accessor, value: new Tuple(pair) }
  }
  return { attributes: flags | (property.writable === true ? attribute.writable : 0), value: property.value }
}

function usualAttributes(level: Integrity, hidden: boolean): number {
  const enumerable = hidden ? 0 : attribute.enumerable
  if (level === integrity.frozen) return enumerable
  return enumerable | attribute.writable | (level === integrity.sealed ? 0 : attribute.configurable)
}

export function integrityOf(object: object): Integrity {
  if (Object.isExtensible(object)) return integrity.extensible
  if (Object.isFrozen(object)) return integrity.frozen
  return Object.isSealed(object) ? integrity.sealed : integrity.closed
}

/** Adds to a plan what its short form does not carry. `prototype` undefined: the one that creation gives. */
export function withUnusual(plan: Plan, own: OwnProperties, prototype?: object | null): Plan {
  if (own.unusual.length === 0 && own.integrity === integrity.extensible && prototype === undefined) return plan
  const state = new Tuple([prototype, own.integrity, new Tuple(own.unusual)])
  return { ...plan, setters: [...(plan.setters ?? []), { callee: restore, state }] }
}
