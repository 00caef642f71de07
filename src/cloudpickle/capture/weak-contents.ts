/**
 * What weak collections hold, and what else has to wait until the whole value has been written.
 *
 * An entry of a WeakMap or WeakSet travels if its key is in the pickle for another reason: nobody could ever ask for any other.
 * Entries are written in the order in which their keys were, so that nothing of the heap's own order shows.
 */
import { Global, Labelled, Reduced, Tuple, type Reduction } from '../../pickle/index.ts'
import type { Inspector } from './inspector.ts'

type Entry = { readonly key?: unknown; readonly value: unknown }

interface Collection {
  readonly collection: object
  readonly type: 'WeakMap' | 'WeakSet'
  readonly path: string
  entries: readonly Entry[]
}

/** What the pickle that is being written tells. */
export interface Written {
  /** When a value was written first; undefined where it was not. */
  indexOf(value: object | symbol): number | undefined
  /** The path to the value that is being written. */
  path(): string
}

const fill = { WeakMap: new Global('cloudpickle', 'fillWeakMap'), WeakSet: new Global('cloudpickle', 'fillWeakSet') }

export class WeakContents {
  readonly #written: Written
  readonly #collections: Collection[] = []
  readonly #deferred: Reduced[] = []

  constructor(written: Written) {
    this.#written = written
  }

  /** Takes note of a collection that is in the pickle. */
  add(collection: object, type: 'WeakMap' | 'WeakSet', inspector: Inspector): void {
    const entries = Array.from((inspector.stateOf(collection)('[[Entries]]') ?? []) as ArrayLike<Entry>)
    this.#collections.push({ collection, type, entries, path: this.#written.path() })
  }

  /** Something to be done on the other end once all values are there. */
  defer(reduction: Reduction): void {
    this.#deferred.push(new Reduced(reduction))
  }

  /** What to write next; undefined when there is nothing left. Values of entries may bring further keys, and collections. */
  next(): unknown {
    for (const each of this.#collections) {
      const { collection, type, path } = each
      const known = each.entries.flatMap(entry => {
        const index = this.#written.indexOf(keyOf(entry, type))
        return index === undefined ? [] : [{ index, entry }]
      })
      if (known.length === 0) continue
      const taken = new Set(known.map(({ entry }) => entry))
      each.entries = each.entries.filter(entry => !taken.has(entry))
      const items = known.toSorted((a, b) => a.index - b.index).flatMap(({ entry }) => members(entry, type))
      return new Labelled(new Reduced({ callee: fill[type], args: [collection, new Tuple(items)] }), path)
    }
    return this.#deferred.shift()
  }
}

function keyOf(entry: Entry, type: Collection['type']): object {
  return (type === 'WeakMap' ? entry.key : entry.value) as object
}

function members({ key, value }: Entry, type: Collection['type']): unknown[] {
  return type === 'WeakMap' ? [key, new Labelled(value, ' → value of a key')] : [value]
}
