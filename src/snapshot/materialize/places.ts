/**
 * The directories of the cache that this process uses: looked at once, written where they are not as they should be, pinned.
 */
import type { CacheDirectory } from './cache-directory.ts'
import { isDirectory, isInPlace, writeDirectory, type Placement } from './directory.ts'
import { Pins } from './pins.ts'
import type { SnapshotObjects } from './snapshot-objects.ts'
import type { ObjectSource } from './write-snapshot.ts'

export class Places {
  readonly pins: Pins
  readonly #cache: CacheDirectory
  readonly #objects: SnapshotObjects
  /** Objects as they are needed to write a directory. */
  readonly #source: ObjectSource
  /** Directories that were as written when this process first used them. */
  readonly #known = new Set<string>()

  constructor(cache: CacheDirectory, objects: SnapshotObjects) {
    this.pins = new Pins(cache.pins)
    this.#cache = cache
    this.#objects = objects
    this.#source = {
      read: (id, kind) => objects.readObject(id, kind),
      link: (id, target) => objects.linkObject(id, target),
    }
  }

  /** Pinned first, then looked at: whoever collects looks at pins last. */
  isInPlace(placement: Placement): boolean {
    const { directory, name } = placement
    this.pins.add(name)
    if (this.#known.has(directory)) return isDirectory(directory)
    if (!isInPlace(placement, this.#cache, this.#source)) return false
    this.#known.add(directory)
    return true
  }

  /** @throws ModulePickleError ERR_SNAPSHOT_MISSING, ERR_SNAPSHOT_CORRUPT, ERR_MATERIALIZE; then nothing is left behind */
  write(placement: Placement): void {
    writeDirectory(placement, this.#cache, this.#source)
    this.#objects.forgetChecks()
    this.#known.add(placement.directory)
  }
}
