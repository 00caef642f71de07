/**
 * The receiver's cache: verified objects in, directories that Node's own import system loads from out.
 *
 * A snapshot becomes visible by one rename, whole or not at all. Its directory is written once; one that has changed since, by
 * its own code or by the disk, is written anew before the next process uses it. Runs where code arrives, with nothing but
 * `node:` modules.
 */
import { realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { traceSync } from '../../diagnostics/channels.ts'
import { ModulePickleError } from '../../errors.ts'
import { isObjectId } from '../objects/object-id.ts'
import type { ObjectId } from '../objects/snapshot.ts'
import { bindingOf, linksOf } from './bound-links.ts'
import { openCacheDirectory, type CacheDirectory } from './cache-directory.ts'
import { collectNowAndThen } from './collect.ts'
import type { Placement } from './directory.ts'
import type { PackageLookup } from './package-candidates.ts'
import type { WantedPackages } from './package-lookup.ts'
import { Places } from './places.ts'
import { SentPackages } from './sent-packages.ts'
import { SnapshotObjects } from './snapshot-objects.ts'
import { makeTemporary, sweepTemporary } from './temporary.ts'
import { wantedPackages } from './wanted-packages.ts'

/** A snapshot on disk, ready to be imported from. */
export interface MaterializedSnapshot {
  readonly id: ObjectId
  /** Real path of the directory that holds the project's root. */
  readonly directory: string
  /** Whether any of it was compiled, and so has source maps. */
  readonly isCompiled: boolean
  /** Where each package that the snapshot links to is here, by label. */
  readonly packageDirectories: ReadonlyMap<string, string>
}

/** Which file of which snapshot a path in the cache is. `path` has `/`. */
interface SnapshotFile {
  readonly id: ObjectId
  readonly path: string
  readonly directory: string
}

export class SnapshotCache extends SnapshotObjects {
  readonly #directory: CacheDirectory
  /** Of the directories that it was opened with. */
  readonly #identity: readonly (number | undefined)[]
  readonly #places: Places
  readonly #packages: SentPackages
  readonly #inPlace = new Map<string, MaterializedSnapshot>()

  /**
   * Opens `directory`, by default $MODULEPICKLE_CACHE, else the user's cache directory.
   * @throws ModulePickleError ERR_CACHE_UNSAFE when others could write there
   */
  constructor(directory?: string) {
    const opened = openCacheDirectory(directory)
    super(opened)
    this.#directory = opened
    this.#identity = identityOf(opened)
    this.#places = new Places(opened, this)
    this.#packages = new SentPackages(opened, this, this.#places)
    sweepTemporary(opened.temporary)
  }

  /** Real path of the cache. */
  get directory(): string {
    return this.#directory.root
  }

  /** False when it was removed, all or a part of it, also where somebody has made another one in its place. */
  isThere(): boolean {
    return identityOf(this.#directory).every((each, index) => each === this.#identity[index])
  }

  /** From now on, and as long as this process lives, nobody collects what is called that. */
  pin(name: string): void {
    this.#places.pins.add(name)
  }

  /**
   * A new empty directory in the cache, for what becomes visible by a rename.
   * @throws ModulePickleError ERR_MATERIALIZE when nothing can be written there
   */
  makeTemporary(): string {
    try {
      return makeTemporary(this.#directory.temporary)
    } catch (error) {
      throw new ModulePickleError(
        'ERR_MATERIALIZE',
        `The cache ${this.#directory.root} cannot be written: ${(error as Error).message}. Free space there or name another directory in MODULEPICKLE_CACHE.`,
        { cause: error },
      )
    }
  }

  /**
   * Where the packages are here, by label: the receiver's own, else those that were sent; undefined where any has to be put here or
   * written first.
   */
  findPackages(wanted: WantedPackages, lookup: PackageLookup): ReadonlyMap<string, string> | undefined {
    return this.#packages.find(wanted, lookup)
  }

  /**
   * As `findPackages`; what was sent is put in place.
   * @throws ModulePickleError ERR_PACKAGE_MISMATCH, before anything is written; ERR_SNAPSHOT_CORRUPT, ERR_MATERIALIZE
   */
  locatePackages(wanted: WantedPackages, lookup: PackageLookup): ReadonlyMap<string, string> {
    return this.#packages.locate(wanted, lookup)
  }

  /**
   * Objects that are lacking here of packages that are not installed here either; each is read, and a damaged one is lacking.
   * Missing trees hide what they hold: ask again.
   */
  missingOfPackages(wanted: WantedPackages, lookup: PackageLookup): ObjectId[] {
    return this.#packages.missing(wanted, lookup)
  }

  /**
   * The snapshot where it is in place already, linked to packages as in `located`, else as `findPackages` finds them; undefined
   * where anything of it has to be put here or written first.
   * @throws ModulePickleError ERR_FORMAT_VERSION
   */
  find(id: ObjectId, lookup: PackageLookup, located?: ReadonlyMap<string, string>): MaterializedSnapshot | undefined {
    if (!this.isDescribed(id)) return undefined
    const found = located ?? this.findPackages(wantedPackages([this.descriptionOf(id)]), lookup)
    const placement = found && this.#placementOf(id, found, lookup)
    return placement && this.#places.isInPlace(placement) ? this.#materialized(placement, found) : undefined
  }

  /**
   * The directory that holds the snapshot, with links to installed packages: where `located` says that these are, else as
   * `locatePackages` finds them. It is written if it is not there, or if it is not as it was written when this process first
   * asks for it.
   * @throws ModulePickleError ERR_PACKAGE_MISMATCH, before anything is written; ERR_SNAPSHOT_MISSING,
   *   ERR_SNAPSHOT_CORRUPT or ERR_MATERIALIZE, after which nothing is left behind
   */
  materialize(id: ObjectId, lookup: PackageLookup, located?: ReadonlyMap<string, string>): MaterializedSnapshot {
    const found = located ?? this.locatePackages(wantedPackages([this.descriptionOf(id)]), lookup)
    const placement = this.#placementOf(id, found, lookup)
    if (!this.#places.isInPlace(placement)) {
      const { directory } = placement
      traceSync('materialize', () => this.#places.write(placement), { details: () => ({ snapshotId: id, directory }) })
      collectNowAndThen(this.#directory)
    }
    return this.#materialized(placement, found)
  }

  /** The snapshot that this process has put or found in place there. */
  placedAt(directory: string): MaterializedSnapshot | undefined {
    return this.#inPlace.get(directory)
  }

  /** The snapshot and path of a file in this cache; undefined for any other file. */
  snapshotOfFile(file: string): SnapshotFile | undefined {
    const [id, binding, ...segments] = path.relative(this.#directory.snapshots, file).split(path.sep)
    // What is bound by a key is an installed package.
    if (!isObjectId(id) || binding === undefined || isObjectId(binding) || segments.length === 0) return undefined
    return { id, path: segments.join('/'), directory: path.join(this.#directory.snapshots, id, binding) }
  }

  #materialized({ id, directory }: Placement, found: ReadonlyMap<string, string>): MaterializedSnapshot {
    const { links, compile } = this.descriptionOf(id)
    const labels = new Set(Object.values(links))
    const snapshot = {
      id,
      directory,
      isCompiled: Object.keys(compile).length > 0,
      packageDirectories: new Map([...found].filter(([label]) => labels.has(label))),
    }
    this.#inPlace.set(directory, snapshot)
    return snapshot
  }

  #placementOf(id: ObjectId, found: ReadonlyMap<string, string>, { runtime }: PackageLookup): Placement {
    const links = linksOf(this.descriptionOf(id), found, realpathSync(runtime))
    const binding = bindingOf(links)
    const directory = path.join(this.#directory.snapshots, id, binding)
    const seal = path.join(this.#directory.seals, `${id}-${binding}`)
    return { id, links, directory, seal, name: `${id}/${binding}` }
  }
}

/** What tells directories from others that were made later under the same names; an inode may be used again. */
function identityOf(directory: CacheDirectory): readonly (number | undefined)[] {
  return Object.values(directory).flatMap((each: string) => {
    const { dev, ino, birthtimeMs } = statSync(each, { throwIfNoEntry: false }) ?? {}
    return [dev, ino, birthtimeMs]
  })
}
