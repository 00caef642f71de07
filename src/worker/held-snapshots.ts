/**
 * The snapshots that this process works with: a SnapshotCache that checks and materializes each of them once.
 *
 * A worker decodes a pickle for every call. What was verified and put in place for the first call is still so for the next:
 * a directory in the cache is never changed.
 */
import type { PackageLookup } from '../snapshot/materialize/package-lookup.ts'
import { SnapshotCache, type MaterializedSnapshot } from '../snapshot/materialize/snapshot-cache.ts'
import type { ObjectId } from '../snapshot/objects/snapshot.ts'

export class HeldSnapshots extends SnapshotCache {
  readonly #complete = new Set<ObjectId>()
  readonly #inPlace = new Map<ObjectId, MaterializedSnapshot>()

  override missing(id: ObjectId): ObjectId[] {
    if (this.#complete.has(id)) return []
    const missing = super.missing(id)
    if (missing.length === 0) this.#complete.add(id)
    return missing
  }

  override find(id: ObjectId, packages: PackageLookup): MaterializedSnapshot | undefined {
    return this.#inPlace.get(id) ?? super.find(id, packages)
  }

  override materialize(id: ObjectId, packages: PackageLookup): MaterializedSnapshot {
    const known = this.#inPlace.get(id)
    if (known) return known
    try {
      const inPlace = super.materialize(id, packages)
      this.#inPlace.set(id, inPlace)
      return inPlace
    } catch (error) {
      // A damaged object is removed when it is read.
      this.#complete.delete(id)
      throw error
    }
  }

  /** To be called when packages are to be found elsewhere than before: what is linked to them is another directory. */
  placeAgain(): void {
    this.#inPlace.clear()
  }
}
