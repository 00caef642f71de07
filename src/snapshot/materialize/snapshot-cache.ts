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
import { decodeChanges } from '../objects/changes.ts'
import { decodeDescription, descriptionPath, type SnapshotDescription } from '../objects/description.ts'
import { isObjectId, objectId } from '../objects/object-id.ts'
import { copiedTree, type PackageNode } from '../objects/package-graph.ts'
import { packageLabel } from '../objects/package-label.ts'
import type { ObjectId, ObjectKind, PackageNeed, SnapshotObject } from '../objects/snapshot.ts'
import { decodeTree } from '../objects/tree.ts'
import { walkObjects } from '../objects/walk.ts'
import { bindingOf, linksOf } from './bound-links.ts'
import { openCacheDirectory, type CacheDirectory } from './cache-directory.ts'
import { collectNowAndThen } from './collect.ts'
import { isDirectory, isInPlace, writeDirectory, type Placement } from './directory.ts'
import { installedPackages } from './installed-here.ts'
import { ObjectStore } from './object-store.ts'
import type { PackageLookup } from './package-candidates.ts'
import { mismatch } from './package-differences.ts'
import { findPackages, type FoundPackages, type WantedPackages } from './package-lookup.ts'
import { packageDirectory, packagePlacement, wrappingTrees } from './package-placement.ts'
import { Pins } from './pins.ts'
import { copiedLabels } from './platform-parts.ts'
import { makeTemporary, sweepTemporary } from './temporary.ts'
import { wantedPackages } from './wanted-packages.ts'
import type { ObjectSource } from './write-snapshot.ts'

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

export class SnapshotCache {
  readonly #directory: CacheDirectory
  /** Of the directories that it was opened with. */
  readonly #identity: readonly (number | undefined)[]
  readonly #objects: ObjectStore
  readonly #descriptions = new Map<ObjectId, SnapshotDescription>()
  readonly #pins: Pins
  /** Directories that were as written when this process first used them. */
  readonly #inPlace = new Map<string, MaterializedSnapshot>()
  readonly #packagesInPlace = new Set<string>()

  /**
   * Opens `directory`, by default $MODULEPICKLE_CACHE, else the user's cache directory.
   * @throws ModulePickleError ERR_CACHE_UNSAFE when others could write there
   */
  constructor(directory?: string) {
    this.#directory = openCacheDirectory(directory)
    this.#identity = identityOf(this.#directory)
    this.#objects = new ObjectStore(this.#directory)
    this.#pins = new Pins(this.#directory.pins)
    sweepTemporary(this.#directory.temporary)
  }

  /** Real path of the cache. */
  get directory(): string {
    return this.#directory.root
  }

  /** False when it was removed, all or a part of it, also where somebody has made another one in its place. */
  isThere(): boolean {
    return identityOf(this.#directory).every((each, index) => each === this.#identity[index])
  }

  /** False when it was removed as a whole: one look, and no more than that. */
  isPinned(): boolean {
    return this.#pins.areThere()
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

  /** True when every object of the snapshot is here. */
  has(id: ObjectId): boolean {
    return this.missing(id).length === 0
  }

  /**
   * Keeps one object.
   * @throws ModulePickleError ERR_SNAPSHOT_CORRUPT, before a byte is kept, unless `id` is the id of `content`
   */
  put(id: ObjectId, kind: ObjectKind, content: Uint8Array): void {
    this.#objects.put(id, kind, content)
  }

  /**
   * Keeps an object under the id that it has.
   * @throws ModulePickleError ERR_MATERIALIZE
   */
  keep(kind: ObjectKind, content: Uint8Array): void {
    this.#objects.keep(objectId(kind, content), content)
  }

  /** The objects of the snapshot that are known not to be here. A missing tree hides what it holds: ask again. */
  missing(id: ObjectId): ObjectId[] {
    return this.#lacking(id, blob => this.#objects.has(blob))
  }

  /**
   * The objects that the snapshot `next` has beyond those of `base`, by `changes`. They are not put yet.
   * @throws ModulePickleError ERR_SNAPSHOT_MISSING, ERR_SNAPSHOT_CORRUPT when `base` is not here whole or the changes do not fit
   */
  changed(base: ObjectId, next: ObjectId, changes: Uint8Array): SnapshotObject[] {
    return decodeChanges(base, next, changes, (id, kind) => this.readObject(id, kind))
  }

  /** As `missing`, but reads every object: one that was damaged is removed, and so it is missing. */
  missingOrDamaged(id: ObjectId): ObjectId[] {
    return this.#lacking(id, blob => this.#objects.readIntact(blob, 'blob') !== undefined)
  }

  /**
   * All objects of the snapshot, for shipping onwards.
   * @throws ModulePickleError ERR_SNAPSHOT_MISSING when one is not here
   */
  *objectsOf(id: ObjectId): Generator<SnapshotObject> {
    for (const object of walkObjects(id, tree => this.#objects.read(tree, 'tree'))) {
      const content = this.readObject(object.id, object.kind)
      yield { ...object, sizeBytes: content.byteLength, read: () => content }
    }
  }

  /** What the snapshot's description asks of the receiver. */
  descriptionOf(id: ObjectId): SnapshotDescription {
    const known = this.#descriptions.get(id)
    if (known) return known
    const entry = decodeTree(this.readObject(id, 'tree')).find(({ name }) => name === descriptionPath)
    if (entry === undefined || entry.mode !== '100644') {
      throw new ModulePickleError('ERR_SNAPSHOT_CORRUPT', `Snapshot ${id} has no ${descriptionPath}.`)
    }
    const description = decodeDescription(this.readObject(entry.id, 'blob'))
    this.#descriptions.set(id, description)
    return description
  }

  /** True when the snapshot's description is here. */
  isDescribed(id: ObjectId): boolean {
    return this.#rootObjects(id) !== undefined
  }

  /**
   * Where the packages are here, by label: the receiver's own, else those that were sent; undefined where any has to be put here or
   * written first.
   */
  findPackages(wanted: WantedPackages, lookup: PackageLookup): ReadonlyMap<string, string> | undefined {
    const { found, missing } = this.#installed(wanted, lookup)
    const labels = missing.map(packageLabel)
    if (!isSendable(missing) || this.#unplaced(wanted, labels).length > 0) return undefined
    return this.#withPlaced(found, labels, wanted)
  }

  /**
   * As `findPackages`; what was sent is put in place.
   * @throws ModulePickleError ERR_PACKAGE_MISMATCH, before anything is written; ERR_SNAPSHOT_CORRUPT, ERR_MATERIALIZE
   */
  locatePackages(wanted: WantedPackages, lookup: PackageLookup): ReadonlyMap<string, string> {
    const { found, missing, differences } = this.#installed(wanted, lookup)
    const labels = missing.map(packageLabel)
    const unplaced = isSendable(missing) ? this.#unplaced(wanted, labels) : labels
    const isHere = isSendable(missing) && unplaced.every(label => this.#hasPackage(wanted.graph[label]!))
    if (!isHere) throw mismatch(missing, differences)
    for (const label of unplaced) {
      for (const { id, content } of wrappingTrees(label, wanted.graph)) this.put(id, 'tree', content)
      this.#write(packagePlacement(label, wanted.graph, this.#directory))
    }
    return this.#withPlaced(found, labels, wanted)
  }

  /**
   * Objects that are lacking here of packages that are not installed here either; each is read, and a damaged one is lacking.
   * Missing trees hide what they hold: ask again.
   */
  missingOfPackages(wanted: WantedPackages, lookup: PackageLookup): ObjectId[] {
    const { missing } = this.#installed(wanted, lookup)
    if (!isSendable(missing)) return []
    const nodes = this.#unplaced(wanted, missing.map(packageLabel)).map(label => wanted.graph[label]!)
    const trees = nodes.map(copiedTree).filter(tree => tree !== undefined)
    return [...new Set(trees.flatMap(tree => this.missingOrDamaged(tree)))]
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
    return placement && this.#isInPlace(placement) ? this.#materialized(placement, found) : undefined
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
    if (!this.#isInPlace(placement)) {
      const { directory } = placement
      traceSync('materialize', () => this.#write(placement), { details: () => ({ snapshotId: id, directory }) })
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

  #installed(wanted: WantedPackages, lookup: PackageLookup): FoundPackages {
    return findPackages(wanted, lookup, installedPackages(this.#directory))
  }

  #hasPackage(node: PackageNode): boolean {
    const tree = copiedTree(node)
    return tree !== undefined && this.has(tree)
  }

  /** Packages that `labels` reach and that are not in place as they were written. */
  #unplaced({ graph }: WantedPackages, labels: readonly string[]): string[] {
    return copiedLabels(graph, labels).filter(label => {
      const placement = packagePlacement(label, graph, this.#directory)
      if (!this.#isInPlace(placement)) return true
      this.#packagesInPlace.add(placement.directory)
      return false
    })
  }

  #withPlaced(
    found: ReadonlyMap<string, string>,
    labels: readonly string[],
    { graph }: WantedPackages,
  ): ReadonlyMap<string, string> {
    const placed = labels.map(label => [label, packageDirectory(label, graph, this.#directory)] as const)
    return new Map([...found, ...placed])
  }

  #write(placement: Placement): void {
    writeDirectory(placement, this.#directory, this.#source)
    this.#objects.forgetChecks()
  }

  #materialized({ id, directory }: Placement, found: ReadonlyMap<string, string>): MaterializedSnapshot {
    const labels = new Set(Object.values(this.descriptionOf(id).links))
    const snapshot = {
      id,
      directory,
      isCompiled: Object.keys(this.descriptionOf(id).compile).length > 0,
      packageDirectories: new Map([...found].filter(([label]) => labels.has(label))),
    }
    this.#inPlace.set(directory, snapshot)
    return snapshot
  }

  /** Objects as they are needed to write a directory. */
  get #source(): ObjectSource {
    return {
      read: (object, kind) => this.readObject(object, kind),
      link: (object, target) => this.#objects.link(object, target),
    }
  }

  /** From now on, and as long as this process lives, nobody collects what is called that. */
  pin(name: string): void {
    this.#pins.add(name)
  }

  /** Pinned first, then looked at: whoever collects looks at pins last. */
  #isInPlace(placement: Placement): boolean {
    const { directory, name } = placement
    this.#pins.add(name)
    const wasInPlace = this.#inPlace.has(directory) || this.#packagesInPlace.has(directory)
    return wasInPlace ? isDirectory(directory) : isInPlace(placement, this.#directory, this.#source)
  }

  #placementOf(id: ObjectId, found: ReadonlyMap<string, string>, { runtime }: PackageLookup): Placement {
    const links = linksOf(this.descriptionOf(id), found, realpathSync(runtime))
    const binding = bindingOf(links)
    const directory = path.join(this.#directory.snapshots, id, binding)
    const seal = path.join(this.#directory.seals, `${id}-${binding}`)
    return { id, links, directory, seal, name: `${id}/${binding}` }
  }

  /** The objects that say where a snapshot is to be; undefined where they are not here undamaged. */
  #rootObjects(id: ObjectId): Uint8Array | undefined {
    if (this.#descriptions.has(id)) return new Uint8Array()
    const tree = this.#objects.readIntact(id, 'tree')
    const entry = tree && decodeTree(tree).find(({ name }) => name === descriptionPath)
    return entry && this.#objects.readIntact(entry.id, 'blob')
  }

  #lacking(id: ObjectId, isHere: (blob: ObjectId) => boolean): ObjectId[] {
    const lacking: ObjectId[] = []
    const readTree = (tree: ObjectId): Uint8Array | undefined => {
      const content = this.#objects.readIntact(tree, 'tree')
      if (content === undefined) lacking.push(tree)
      return content
    }
    for (const object of walkObjects(id, readTree)) {
      if (object.kind === 'blob' && !isHere(object.id)) lacking.push(object.id)
    }
    return lacking
  }

  /**
   * The content of one object.
   * @throws ModulePickleError ERR_SNAPSHOT_MISSING, ERR_SNAPSHOT_CORRUPT
   */
  readObject(id: ObjectId, kind: ObjectKind): Uint8Array {
    const content = this.#objects.read(id, kind)
    if (content !== undefined) return content
    throw new ModulePickleError(
      'ERR_SNAPSHOT_MISSING',
      `Object ${id} (${kind}) of a snapshot is not in ${this.#directory.root}. Send the snapshot first.`,
    )
  }
}

/** Only packages that are named by content can have been sent. */
function isSendable(missing: readonly PackageNeed[]): boolean {
  return missing.every(({ key }) => key !== undefined)
}

/** What tells directories from others that were made later under the same names; an inode may be used again. */
function identityOf(directory: CacheDirectory): readonly (number | undefined)[] {
  return Object.values(directory).flatMap((each: string) => {
    const { dev, ino, birthtimeMs } = statSync(each, { throwIfNoEntry: false }) ?? {}
    return [dev, ino, birthtimeMs]
  })
}
