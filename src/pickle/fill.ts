/**
 * What APPEND(S), SETITEM(S), ADDITEMS and BUILD do to an object that the pickle has made.
 *
 * Properties are defined, never assigned, wherever an assignment could reach a setter or a prototype. Undefined means that the
 * object cannot take it.
 */

export function appendItem(target: unknown, item: unknown): true | undefined {
  if (!Array.isArray(target)) return undefined
  target.push(item)
  return true
}

export function addMember(target: unknown, member: unknown): true | undefined {
  if (!(target instanceof Set)) return undefined
  target.add(member)
  return true
}

/** An item of a dict that is an object; its key is a string. */
export function setProperty(target: object, key: string, value: unknown): void {
  // An inherited name may have a setter, or be read-only: `__proto__`, or anything where intrinsics are frozen.
  if (key in target) defineData(target, key, value, true)
  else Reflect.set(target, key, value)
}

const hiddenInErrors: ReadonlySet<string> = new Set(['message', 'stack', 'cause', 'errors'])

/** BUILD: own data properties, enumerable except for what the language hides in errors. */
export function buildState(target: object, state: unknown): true | undefined {
  const entries = stateEntries(state)
  if (entries === undefined) return undefined
  for (const [key, value] of entries) {
    defineData(target, key, value, !(target instanceof Error && hiddenInErrors.has(key)))
  }
  return true
}

/** A dict, or Python's pair of a dict or None and the dict of `__slots__`. */
function stateEntries(state: unknown): [string, unknown][] | undefined {
  if (Array.isArray(state)) {
    if (state.length !== 2) return undefined
    const parts = state.map(part => (part === null ? [] : stateEntries(part)))
    return parts.some(part => part === undefined) ? undefined : parts.flatMap(part => part ?? [])
  }
  if (typeof state !== 'object' || state === null || state instanceof Map) return undefined
  return Object.entries(state)
}

function defineData(target: object, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable, configurable: true })
}
