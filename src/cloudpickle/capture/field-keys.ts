/**
 * The computed keys of a class's fields, as they were when the class was made: V8 keeps each in a variable that no scope shows.
 *
 * Input: a live class, and V8's variable. They are read in the heap, because evaluating a key again would run code.
 */
import type { HeapView } from './heap.ts'
import type { LiveFunction } from './live-functions.ts'
import { unsupported } from './unsupported.ts'

/** Fixed for the life of a class. */
const keys = new WeakMap<Function, Map<string, string>>()

/** @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED */
export function fieldKey({ fn, site, script }: LiveFunction, slot: string, heap: () => HeapView | undefined): string {
  const known = keys.get(fn) ?? new Map<string, string>()
  keys.set(fn, known)
  const contexts = known.has(slot) ? [] : (heap()?.contextsOf(fn) ?? [])
  const key = known.get(slot) ?? contexts.find(context => context.has(slot))?.value(slot)?.value
  if (typeof key !== 'string') {
    const what = 'the key of a field is computed, and what it was cannot be seen any more'
    throw unsupported(script, site.node.start, what, 'Define the field in the constructor')
  }
  known.set(slot, key)
  return key
}
