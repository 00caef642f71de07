/**
 * When a worker should make room for a fresh one: modules are never unloaded, so a process that has run many versions of the code
 * holds all of them.
 *
 * A sender starts another worker for the next call. What that costs, once in so many edits, is less than one edit does.
 */
import { getHeapStatistics } from 'node:v8'

const maximumSnapshots = 32
/** A worker that has one snapshot needs the memory for that; a fresh one would need it as well. */
const minimumSnapshots = 2
const maximumHeapShare = 0.5

/** Looked at only when a snapshot has come, not at every call. */
export class Retirement {
  readonly #snapshots = new Set<string>()
  #isDue = false

  /** The worker uses that directory of a snapshot from now on. */
  add(directory: string): void {
    if (this.#snapshots.has(directory)) return
    this.#snapshots.add(directory)
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics()
    const isLarge = this.#snapshots.size >= minimumSnapshots && used > limit * maximumHeapShare
    this.#isDue ||= isLarge || this.#snapshots.size >= maximumSnapshots
  }

  get isDue(): boolean {
    return this.#isDue
  }
}
