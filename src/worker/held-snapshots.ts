/**
 * The snapshots that this process works with: a SnapshotCache that checks and materializes each of them once.
 *
 * A worker decodes a pickle for every call. What was verified and put in place for the first call is still so for the next:
 * a directory in the cache is never changed.
 */
import { existsSync } from 'node:fs'
import type { PackageLookup } from '../snapshot/materialize/package-candidates.ts'
import type { WantedPackages } from '../snapshot/materialize/package-lookup.ts'
import { SnapshotCache, type MaterializedSnapshot } from '../snapshot/materialize/snapshot-cache.ts'
import { packageLabel } from '../snapshot/objects/package-label.ts'
import type { ObjectId } from '../snapshot/objects/snapshot.ts'
import { Retirement } from './retirement.ts'

export class HeldSnapshots extends SnapshotCache {
  readonly retirement = new Retirement()
  readonly #complete = new Set<ObjectId>()
  readonly #inPlace = new Map<ObjectId, MaterializedSnapshot>()
  /** Where packages are, by what was wanted. */
  readonly #located = new Map<string, ReadonlyMap<string, string>>()

  /**
   * False when somebody has removed what this process works with. What its modules import later would not be there. `isNeeded`
   * tells whether a call is about to bring modules: as long as there are none, nothing of the cache is in use.
   */
  isWhole(isNeeded: () => boolean): boolean {
    if (this.#inPlace.size === 0) return !isNeeded() || this.isThere()
    for (const { directory } of this.#inPlace.values()) if (!existsSync(directory)) return false
    return true
  }

  override missing(id: ObjectId): ObjectId[] {
    if (this.#complete.has(id)) return []
    const missing = super.missing(id)
    if (missing.length === 0) this.#complete.add(id)
    return missing
  }

  override findPackages(wanted: WantedPackages, lookup: PackageLookup): ReadonlyMap<string, string> | undefined {
    const key = keyOf(wanted, lookup)
    const located = this.#located.get(key) ?? super.findPackages(wanted, lookup)
    if (located) this.#located.set(key, located)
    return located
  }

  override find(
    id: ObjectId,
    packages: PackageLookup,
    located?: ReadonlyMap<string, string>,
  ): MaterializedSnapshot | undefined {
    return this.#known(id, located) ?? super.find(id, packages, located)
  }

  override materialize(
    id: ObjectId,
    packages: PackageLookup,
    located?: ReadonlyMap<string, string>,
  ): MaterializedSnapshot {
    const known = this.#known(id, located)
    if (known) return known
    try {
      const inPlace = super.materialize(id, packages, located)
      this.#inPlace.set(id, inPlace)
      this.retirement.add(inPlace.directory)
      return inPlace
    } catch (error) {
      // A damaged object is removed when it is read.
      this.#complete.delete(id)
      throw error
    }
  }

  /** To be called when packages are to be found elsewhere than before: what is linked to them is another directory. */
  placeAgain(): void {
    this.#located.clear()
    this.#inPlace.clear()
  }

  #known(id: ObjectId, located: ReadonlyMap<string, string> | undefined): MaterializedSnapshot | undefined {
    const known = this.#inPlace.get(id)
    const links = [...(known?.packageDirectories ?? [])]
    return links.every(([label, directory]) => !located || located.get(label) === directory) ? known : undefined
  }
}

function keyOf({ needs }: WantedPackages, { directories }: PackageLookup): string {
  return JSON.stringify([needs.map(packageLabel).sort(), directories])
}
