/**
 * What APPEND(S), SETITEM(S), ADDITEMS and BUILD do to an object that the pickle has made.
 *
 * Properties are defined, never assigned, wherever an assignment could reach a setter or a prototype. False means that the object
 * cannot take it.
 */
import { Tuple } from './values.ts'

/** Appends `items[from]` and all after it. */
export function appendItems(target: unknown, items: readonly unknown[], from: number): boolean {
  if (!Array.isArray(target)) return false
  for (let i = from; i < items.length; i++) target.push(items[i])
  return true
}

export function addMembers(target: unknown, members: readonly unknown[], from: number): boolean {
  if (!(target instanceof Set)) return false
  for (let i = from; i < members.length; i++) target.add(members[i])
  return true
}

/**
 * False where defining the property would turn `value` into a number: an element of a view, an array's length. An array in it
 * would be turned into text first, and one that holds itself twice, a hundred times over, into more than any memory.
 */
export function takes(target: object, key: string | symbol, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  return !ArrayBuffer.isView(target) && !(key === 'length' && Array.isArray(target))
}

/** An item of a dict that is an object; its key is a string. */
export function setProperty(target: Record<string, unknown>, key: string, value: unknown): void {
  // An inherited name may have a setter, or be read-only: `__proto__`, or anything where intrinsics are frozen.
  if (key in target || ArrayBuffer.isView(target)) defineData(target, key, value, true)
  else target[key] = value
}

const hiddenInErrors: ReadonlySet<string> = new Set(['message', 'stack', 'cause', 'errors'])

/** BUILD: own data properties, enumerable except for what the language hides in errors. */
export function buildState(target: object, entries: readonly [string, unknown][]): void {
  const isError = target instanceof Error
  for (const [key, value] of entries) defineData(target, key, value, !(isError && hiddenInErrors.has(key)))
}

/** A dict, or Python's pair of a dict or None and the dict of `__slots__`. Undefined for anything else. */
export function stateEntries(state: unknown): [string, unknown][] | undefined {
  if (state instanceof Tuple) return stateEntries(state.items)
  if (!Array.isArray(state)) return dictEntries(state)
  if (state.length !== 2) return undefined
  const parts = state.map(part => (part === null ? [] : dictEntries(part)))
  return parts.some(part => part === undefined) ? undefined : parts.flatMap(part => part ?? [])
}

function dictEntries(state: unknown): [string, unknown][] | undefined {
  if (typeof state !== 'object' || state === null || state instanceof Map || Array.isArray(state)) return undefined
  return Object.entries(state)
}

function defineData(target: object, key: string, value: unknown, enumerable: boolean): void {
  if (!takes(target, key, value)) throw new TypeError('a number is expected there')
  Object.defineProperty(target, key, { value, writable: true, enumerable, configurable: true })
}
