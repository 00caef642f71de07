/**
 * The receiver's cache: verified objects in, directories that Node's own import system loads from out.
 *
 * A snapshot becomes visible by one rename, whole or not at all. Its directory is written once; one that its code has
 * changed since is written anew before the next process uses it. Runs where code arrives, with nothing but `node:` modules.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, realpathSync, renameSync, statSync } from 'node:fs'
import path from 'node:path'
import { ModulePickleError } from '../../errors.ts'
import { decodeDescription, descriptionPath, packageNeeds, type SnapshotDescription } from '../objects/description.ts'
import { isObjectId } from '../objects/object-id.ts'
import type { ObjectId, ObjectKind, SnapshotObject } from '../objects/snapshot.ts'
import { decodeTree } from '../objects/tree.ts'
import { walkObjects } from '../objects/walk.ts'
import { openCacheDirectory, type CacheDirectory } from './cache-directory.ts'
import { ObjectStore } from './object-store.ts'
import { findPackages, type PackageLookup } from './package-lookup.ts'
import { isSealed, seal } from './seal.ts'
import { makeTemporary, removeTemporary, sweepTemporary, temporaryName } from './temporary.ts'
import { linkPackage, writeTree } from './write-snapshot.ts'

/** A snapshot on disk, ready to be imported from. */
export interface MaterializedSnapshot {
  readonly id: ObjectId
  /** Real path of the directory that holds the project's root. */
  readonly directory: string
  /** Where a package that the snapshot needs is installed here; undefined for one that it does not need. */
  packageDirectory(name: string, version: string): string | undefined
}

/** Which file of which snapshot a path in the cache is. `path` has `/`. */
interface SnapshotFile {
  readonly id: ObjectId
  readonly path: string
  readonly directory: string
}

export class SnapshotCache {
  readonly #directory: CacheDirectory
  readonly #objects: ObjectStore
  readonly #descriptions = new Map<ObjectId, SnapshotDescription>()
  /** Directories that were as written when this process first used them. */
  readonly #inPlace = new Set<string>()

  /**
   * Opens `directory`, by default $MODULEPICKLE_CACHE, else the user's cache directory.
   * @throws ModulePickleError ERR_CACHE_UNSAFE when others could write there
   */
  constructor(directory?: string) {
    this.#directory = openCacheDirectory(directory)
    this.#objects = new ObjectStore(this.#directory)
    sweepTemporary(this.#directory.temporary)
  }

  /** Real path of the cache. */
  get directory(): string {
    return this.#directory.root
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

  /** The objects of the snapshot that are known not to be here. A missing tree hides what it holds: ask again. */
  missing(id: ObjectId): ObjectId[] {
    return this.#lacking(id, blob => this.#objects.has(blob))
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
      const content = this.#read(object.id, object.kind)
      yield { ...object, sizeBytes: content.byteLength, read: () => content }
    }
  }

  /** What the snapshot's description asks of the receiver. */
  descriptionOf(id: ObjectId): SnapshotDescription {
    const known = this.#descriptions.get(id)
    if (known) return known
    const entry = decodeTree(this.#read(id, 'tree')).find(({ name }) => name === descriptionPath)
    if (entry === undefined || entry.mode !== '100644') {
      throw new ModulePickleError('ERR_SNAPSHOT_CORRUPT', `Snapshot ${id} has no ${descriptionPath}.`)
    }
    const description = decodeDescription(this.#read(entry.id, 'blob'))
    this.#descriptions.set(id, description)
    return description
  }

  /**
   * The directory that holds the snapshot, with links to the installed packages found by `packages`. It is
   * written if it is not there, or if it is not as it was written when this process first asks for it.
   * @throws ModulePickleError ERR_PACKAGE_MISMATCH, before anything is written; ERR_SNAPSHOT_MISSING,
   *   ERR_SNAPSHOT_CORRUPT or ERR_MATERIALIZE, after which nothing is left behind
   */
  materialize(id: ObjectId, packages: PackageLookup): MaterializedSnapshot {
    const description = this.descriptionOf(id)
    const found = findPackages(packageNeeds(description.packages), packages, placesOf(description))
    const links = linksOf(description, found, realpathSync(packages.runtime))
    const directory = path.join(this.#directory.snapshots, id, bindingOf(links))
    const isInPlace = this.#inPlace.has(directory) ? isDirectory(directory) : isSealed(directory)
    if (!isInPlace) this.#write(id, links, directory)
    this.#inPlace.add(directory)
    return { id, directory, packageDirectory: (name, version) => found.get(`${name}@${version}`) }
  }

  /** The snapshot and path of a file in this cache; undefined for any other file. */
  snapshotOfFile(file: string): SnapshotFile | undefined {
    const [id, binding, ...segments] = path.relative(this.#directory.snapshots, file).split(path.sep)
    if (!isObjectId(id) || binding === undefined || segments.length === 0) return undefined
    return { id, path: segments.join('/'), directory: path.join(this.#directory.snapshots, id, binding) }
  }

  #write(id: ObjectId, links: ReadonlyMap<string, string>, directory: string): void {
    const temporary = this.makeTemporary()
    const changed = temporaryName(this.#directory.temporary)
    try {
      writeTree(id, temporary, (object, kind) => this.#read(object, kind))
      for (const [link, target] of links) linkPackage(temporary, link, target)
      seal(temporary)
      mkdirSync(path.dirname(directory), { recursive: true, mode: 0o700 })
      if (isDirectory(directory) && !isSealed(directory)) moveAway(directory, changed)
      renameUnlessThere(temporary, directory)
    } catch (error) {
      if (error instanceof ModulePickleError) throw error
      throw new ModulePickleError(
        'ERR_MATERIALIZE',
        `Snapshot ${id} cannot be written to ${directory}: ${(error as Error).message}. Nothing of it was kept. Free space there or name another directory in MODULEPICKLE_CACHE.`,
        { cause: error },
      )
    } finally {
      removeTemporary(temporary)
      removeTemporary(changed)
    }
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

  #read(id: ObjectId, kind: ObjectKind): Uint8Array {
    const content = this.#objects.read(id, kind)
    if (content !== undefined) return content
    throw new ModulePickleError(
      'ERR_SNAPSHOT_MISSING',
      `Object ${id} (${kind}) of a snapshot is not in ${this.#directory.root}. Send the snapshot first.`,
    )
  }
}

/** At once and as a whole: a process that has loaded from `directory` finds the right files at the same paths soon after. */
function moveAway(directory: string, place: string): void {
  try {
    renameSync(directory, place)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/** Losing a race is success: the winner wrote the same files. */
function renameUnlessThere(temporary: string, directory: string): void {
  try {
    renameSync(temporary, directory)
  } catch (error) {
    if (!isDirectory(directory)) throw error
  }
}

function isDirectory(directory: string): boolean {
  return statSync(directory, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/** Where the sender had each package, so that a receiver with the same layout finds nested versions. */
function placesOf({ links }: SnapshotDescription): Map<string, string[]> {
  const places = new Map<string, string[]>()
  for (const [place, key] of Object.entries(links)) places.set(key, [...(places.get(key) ?? []), place])
  return places
}

function linksOf(
  description: SnapshotDescription,
  found: ReadonlyMap<string, string>,
  runtime: string,
): Map<string, string> {
  const links = new Map([['node_modules/modulepickle', runtime]])
  for (const [link, key] of Object.entries(description.links)) {
    const target = found.get(key)
    if (target === undefined) {
      throw new ModulePickleError(
        'ERR_SNAPSHOT_CORRUPT',
        `${link} of a snapshot links to ${key}, which it does not need.`,
      )
    }
    links.set(link, target)
  }
  return links
}

/** Names what a directory is linked to: a directory binds one set of packages, and another set is another directory. */
function bindingOf(links: ReadonlyMap<string, string>): string {
  const sorted = [...links].sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16)
}
