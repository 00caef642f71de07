/**
 * The snapshots that the calls of one executor have used, as this process packed them: for workers that lack objects, for
 * results that refer to their modules, and for stack traces.
 *
 * What is packed is held by who may still need it: calls that are under way, functions that can still be called, and workers,
 * for what they have run. Of older versions nothing but their ids is kept.
 */
import { encodeChanges } from '../snapshot/objects/changes.ts'
import { installedPackagesOfSender } from '../snapshot/materialize/installed-here.ts'
import type { DescribedPackages } from '../snapshot/packages/installed-packages.ts'
import { packageObjects } from '../snapshot/packages/package-objects.ts'
import { walkObjects } from '../snapshot/objects/walk.ts'
import type { ObjectId, SnapshotObject } from '../snapshot/objects/snapshot.ts'
import type { Packed, PackedModules } from '../modulepickle.ts'
import { Deliveries } from './deliveries.ts'

export class ShippedSnapshots {
  readonly #snapshots = new Map<ObjectId, WeakRef<PackedModules>>()
  /** Of each project, the snapshot that a worker was last known to have. */
  readonly #arrived = new Map<string, PackedModules>()
  /** Installed packages that workers may ask for. */
  readonly #packages = new Set<DescribedPackages>()
  readonly deliveries = new Deliveries()
  readonly packageDirectories = new Map<string, string>()
  /** The file behind each name that stack traces of workers have for code which travelled by value. */
  readonly sources = new Map<string, string>()

  /** How many there ever were. */
  get size(): number {
    return this.#snapshots.size
  }

  add({ snapshots, packageDirectories, mode, installed, sources }: Packed): void {
    if (mode === 'supply') for (const described of installed) this.#packages.add(described)
    for (const snapshot of snapshots)
      if (!this.get(snapshot.id)) this.#snapshots.set(snapshot.id, new WeakRef(snapshot))
    for (const [key, directory] of packageDirectories) this.packageDirectories.set(key, directory)
    for (const [name, file] of sources) this.sources.set(name, file)
  }

  get(id: ObjectId): PackedModules | undefined {
    return this.#snapshots.get(id)?.deref()
  }

  /** The file here that a path in a snapshot was made from. */
  sourceOf(id: ObjectId, path: string): string | undefined {
    return this.get(id)?.sourceOf(path)
  }

  /** A worker has all of `snapshot`. Workers of one executor mostly share a cache, so it is likely that others have, too. */
  arrived(snapshot: PackedModules): void {
    this.#arrived.set(snapshot.root, snapshot)
  }

  /** How a snapshot differs from the one of its project that arrived last; undefined where there is none. */
  changes(id: ObjectId): { base: ObjectId; body: Uint8Array; count: number } | undefined {
    const snapshot = this.get(id)
    const base = snapshot && this.#arrived.get(snapshot.root)
    if (!base || base.id === id) return undefined
    const [next, old] = [snapshot.objects, base.objects]
    const read = (object: ObjectId): Uint8Array => (next.get(object) ?? old.get(object))!.read()
    return { base: base.id, ...encodeChanges(base.id, id, read) }
  }

  /**
   * The objects of a snapshot, or of installed packages, that a worker has asked for, and all trees below those: without them it could not know what
   * else it lacks. Trees in `told` are left out unless they were asked for; those that are given are added to it.
   */
  *supply(id: ObjectId, lacked: readonly ObjectId[], told: Set<ObjectId>): Generator<SnapshotObject> {
    const objects = this.get(id)?.objects ?? this.#packageObjects(id.split(' '))
    const given = new Set<ObjectId>()
    for (const root of lacked) {
      const object = objects.get(root)
      if (!object) continue
      const below = object.kind === 'tree' ? treesBelow(object, objects) : [object]
      for (const next of below) {
        if (given.has(next.id) || (told.has(next.id) && next !== object)) continue
        given.add(next.id)
        if (next.kind === 'tree') told.add(next.id)
        yield next
      }
    }
  }

  #packageObjects(labels: readonly string[]): ReadonlyMap<ObjectId, SnapshotObject> {
    const { contents } = installedPackagesOfSender()
    const objects = new Map<ObjectId, SnapshotObject>()
    for (const described of this.#packages) {
      const known = labels.filter(label => Object.hasOwn(described.graph, label))
      for (const object of packageObjects(described, contents, known)) objects.set(object.id, object)
    }
    return objects
  }
}

function* treesBelow(root: SnapshotObject, objects: PackedModules['objects']): Generator<SnapshotObject> {
  for (const { id, kind } of walkObjects(root.id, tree => objects.get(tree)?.read())) {
    const object = kind === 'tree' ? objects.get(id) : undefined
    if (object) yield object
  }
}
