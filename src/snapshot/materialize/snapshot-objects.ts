/**
 * What is here of snapshots as objects: which are lacking, what they hold, and what their descriptions ask of the receiver.
 *
 * Input and output are objects, verified both ways. Knows nothing of the directories that are made from them.
 */
import { ModulePickleError } from '../../errors.ts'
import { decodeChanges } from '../objects/changes.ts'
import { decodeDescription, descriptionPath, type SnapshotDescription } from '../objects/description.ts'
import { objectId } from '../objects/object-id.ts'
import type { ObjectId, ObjectKind, SnapshotObject } from '../objects/snapshot.ts'
import { decodeTree } from '../objects/tree.ts'
import { walkObjects } from '../objects/walk.ts'
import type { CacheDirectory } from './cache-directory.ts'
import { ObjectStore } from './object-store.ts'

export class SnapshotObjects {
  readonly #root: string
  readonly #store: ObjectStore
  readonly #descriptions = new Map<ObjectId, SnapshotDescription>()

  constructor(directory: CacheDirectory) {
    this.#root = directory.root
    this.#store = new ObjectStore(directory)
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
    this.#store.put(id, kind, content)
  }

  /**
   * Keeps an object under the id that it has.
   * @throws ModulePickleError ERR_MATERIALIZE
   */
  keep(kind: ObjectKind, content: Uint8Array): void {
    this.#store.keep(objectId(kind, content), content)
  }

  /** The objects of the snapshot that are known not to be here. A missing tree hides what it holds: ask again. */
  missing(id: ObjectId): ObjectId[] {
    return this.#lacking(id, blob => this.#store.has(blob))
  }

  /** As `missing`, but reads every object: one that was damaged is removed, and so it is missing. */
  missingOrDamaged(id: ObjectId): ObjectId[] {
    return this.#lacking(id, blob => this.#store.readIntact(blob, 'blob') !== undefined)
  }

  /**
   * The objects that the snapshot `next` has beyond those of `base`, by `changes`. They are not put yet.
   * @throws ModulePickleError ERR_SNAPSHOT_MISSING, ERR_SNAPSHOT_CORRUPT when `base` is not here whole or the changes do not fit
   */
  changed(base: ObjectId, next: ObjectId, changes: Uint8Array): SnapshotObject[] {
    return decodeChanges(base, next, changes, (id, kind) => this.readObject(id, kind))
  }

  /**
   * All objects of the snapshot, for shipping onwards.
   * @throws ModulePickleError ERR_SNAPSHOT_MISSING when one is not here
   */
  *objectsOf(id: ObjectId): Generator<SnapshotObject> {
    for (const object of walkObjects(id, tree => this.#store.read(tree, 'tree'))) {
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

  /** True when the snapshot's description is here, undamaged. */
  isDescribed(id: ObjectId): boolean {
    if (this.#descriptions.has(id)) return true
    const tree = this.#store.readIntact(id, 'tree')
    const entry = tree && decodeTree(tree).find(({ name }) => name === descriptionPath)
    return entry !== undefined && this.#store.readIntact(entry.id, 'blob') !== undefined
  }

  /**
   * The content of one object.
   * @throws ModulePickleError ERR_SNAPSHOT_MISSING, ERR_SNAPSHOT_CORRUPT
   */
  readObject(id: ObjectId, kind: ObjectKind): Uint8Array {
    const content = this.#store.read(id, kind)
    if (content !== undefined) return content
    throw new ModulePickleError(
      'ERR_SNAPSHOT_MISSING',
      `Object ${id} (${kind}) of a snapshot is not in ${this.#root}. Send the snapshot first.`,
    )
  }

  /** Makes `target` another name of a blob's file, as `ObjectStore` does. */
  linkObject(id: ObjectId, target: string): number | undefined {
    return this.#store.link(id, target)
  }

  /** To be called when a directory has been written, as `ObjectStore` says. */
  forgetChecks(): void {
    this.#store.forgetChecks()
  }

  #lacking(id: ObjectId, isHere: (blob: ObjectId) => boolean): ObjectId[] {
    const lacking: ObjectId[] = []
    const readTree = (tree: ObjectId): Uint8Array | undefined => {
      const content = this.#store.readIntact(tree, 'tree')
      if (content === undefined) lacking.push(tree)
      return content
    }
    for (const object of walkObjects(id, readTree)) {
      if (object.kind === 'blob' && !isHere(object.id)) lacking.push(object.id)
    }
    return lacking
  }
}
