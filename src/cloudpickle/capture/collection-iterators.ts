/**
 * Iterators over a Map or Set, at the position where they are: `map.entries()` after some calls of `next()`.
 *
 * V8 shows what is left but not of which collection. So each one of the heap gets a marker for the moment, and what the iterator
 * sees last tells which of them it is. Nothing of the program runs.
 */
import { isMap, isSet } from 'node:util/types'
import { Global, Labelled, type Reduction } from '../../pickle/index.ts'
import type { Inspector } from './inspector.ts'
import type { WeakContents } from './weak-contents.ts'

export interface IteratorKind {
  readonly of: 'Map' | 'Set'
  readonly method: 'keys' | 'values' | 'entries'
}

type Collection = Map<unknown, unknown> | Set<unknown>
type Entry = { readonly key?: unknown; readonly value: unknown }

const iterator = new Global('cloudpickle', 'iterator')
const advance = new Global('cloudpickle', 'advance')

/** undefined for what is no genuine iterator. */
export function iteratorReduction(
  value: object,
  of: IteratorKind['of'],
  inspector: Inspector,
  later: WeakContents,
): Reduction | undefined {
  const { collection, state, left } = withMarkers(instances(of, inspector), () => inspector.stateOf(value))
  const method = state('[[IteratorKind]]') as IteratorKind['method'] | undefined
  if (method === undefined) return undefined
  // Of an iterator that has ended, or whose collection is gone, only what is left can ever be seen.
  const source = collection ?? collectionOf({ of, method }, left)
  const steps = collection === undefined && left.length === 0 ? 1 : sizeOf(source) - left.length
  if (steps > 0) later.defer({ callee: advance, args: [of, value, steps] })
  return { callee: iterator, args: [of, method, new Labelled(source, ` → iterated ${of}`)] }
}

interface Reading {
  readonly state: (name: string) => unknown
  readonly left: readonly Entry[]
  /** undefined for an iterator that has ended, or whose collection is gone. */
  readonly collection: Collection | undefined
}

/**
 * Reads an iterator while each collection has a marker of its own at its end. Not before: an iterator at the end of its
 * collection, which could still go on, ends when V8 is asked about it.
 */
function withMarkers(collections: readonly Collection[], read: () => Reading['state']): Reading {
  const markers = new Map<unknown, Collection>()
  try {
    for (const each of collections) {
      const marker = {}
      markers.set(marker, each)
      add(each, marker)
    }
    const state = read()
    const entries = Array.from((state('[[Entries]]') ?? []) as ArrayLike<Entry>)
    const collection = markers.get(entries.at(-1)?.value)
    return { state, collection, left: collection ? entries.slice(0, -1) : entries }
  } finally {
    for (const [marker, each] of markers) remove(each, marker)
  }
}

function instances(of: IteratorKind['of'], inspector: Inspector): Collection[] {
  const isGenuine = (of === 'Map' ? isMap : isSet) as (value: unknown) => value is Collection
  return inspector.instancesOf(of === 'Map' ? Map.prototype : Set.prototype).filter(isGenuine)
}

function collectionOf({ of, method }: IteratorKind, left: readonly Entry[]): Collection {
  if (of === 'Set') return new Set(left.map(({ value }) => value))
  // Of keys or values alone the other halves can never be seen.
  if (method === 'entries') return new Map(left.map(({ key, value }) => [key, value]))
  return new Map(left.map(({ value }, index) => (method === 'keys' ? [value, undefined] : [index, value])))
}

// By the language's own methods: a subclass may have others.

function sizeOf(collection: Collection): number {
  const prototype: object = isMap(collection) ? Map.prototype : Set.prototype
  return Reflect.get(prototype, 'size', collection) as number
}

function add(collection: Collection, marker: unknown): void {
  if (isMap(collection)) Map.prototype.set.call(collection, marker, marker)
  else Set.prototype.add.call(collection, marker)
}

function remove(collection: Collection, marker: unknown): void {
  if (isMap(collection)) Map.prototype.delete.call(collection, marker)
  else Set.prototype.delete.call(collection, marker)
}
