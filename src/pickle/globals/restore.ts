/**
 * `js restore`: what the short form of an object does not carry. The counterpart of `rules/properties.ts`.
 */
import { takes } from '../fill.ts'
import { attribute, integrity } from '../rules/properties.ts'
import { chainLength, expect, isCount, sequence, type Reading } from './reconstructor.ts'

/** `(object, (prototype or Ellipsis, integrity, (key, attributes, value, …)))`: all that is unusual about an object. */
export function restore([object, state]: readonly unknown[], reading: Reading): unknown {
  expect(isObject(object) && !reading.isBorrowed(object), 'an object that this pickle made')
  const parts = sequence(state)
  expect(parts !== undefined && parts.length === 3, 'three parts')
  const [prototype, level, listed] = parts
  const properties = sequence(listed)
  expect(properties !== undefined && properties.length % 3 === 0, 'properties')
  reading.charge(properties.length)
  for (let i = 0; i < properties.length; i += 3) {
    const [key, attributes, value] = properties.slice(i, i + 3)
    expect(typeof key === 'string' || typeof key === 'symbol', 'a property key')
    expect(isCount(attributes) && attributes < 16, 'property attributes')
    expect(takes(object, key, value), 'a number')
    Object.defineProperty(object, key, descriptor(attributes, value))
  }
  if (prototype !== undefined) {
    expect(prototype === null || isObject(prototype), 'a prototype')
    reading.charge(chainLength(prototype))
    Object.setPrototypeOf(object, prototype)
  }
  if (level === integrity.closed) Object.preventExtensions(object)
  if (level === integrity.sealed) Object.seal(object)
  if (level === integrity.frozen) Object.freeze(object)
  return object
}

function descriptor(attributes: number, value: unknown): PropertyDescriptor {
  const common = {
    enumerable: (attributes & attribute.enumerable) !== 0,
    configurable: (attributes & attribute.configurable) !== 0,
  }
  if ((attributes & attribute.accessor) === 0) {
    return { ...common, value, writable: (attributes & attribute.writable) !== 0 }
  }
  const pair = sequence(value)
  expect(pair !== undefined && pair.length === 2, 'a getter and a setter')
  const [get, set] = pair
  const accessors: PropertyDescriptor = common
  if (get !== undefined) accessors.get = accessor(get) as () => unknown
  if (set !== undefined) accessors.set = accessor(set) as (value: unknown) => void
  return accessors
}

function accessor(value: unknown): object {
  expect(typeof value === 'function', 'a function as getter or setter')
  return value
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
