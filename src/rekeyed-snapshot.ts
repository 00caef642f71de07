/**
 * A snapshot with another description: what its packages are called changes, and with it the root tree; nothing else does.
 */
import { descriptionPath, encodeDescription, type SnapshotDescription } from './snapshot/objects/description.ts'
import { objectId } from './snapshot/objects/object-id.ts'
import type { ObjectId, ObjectKind, SnapshotObject } from './snapshot/objects/snapshot.ts'
import { decodeTree, encodeTree } from './snapshot/objects/tree.ts'
import type { SnapshotCache } from './snapshot/materialize/snapshot-cache.ts'

interface RekeyedSnapshot {
  readonly id: ObjectId
  /** Those that the snapshot `id` was made from does not have. */
  readonly objects: readonly SnapshotObject[]
}

/** The snapshot `id` of `cache`, described by `description`. */
export function rekeySnapshot(id: ObjectId, description: SnapshotDescription, cache: SnapshotCache): RekeyedSnapshot {
  const blob = objectOf('blob', encodeDescription(description))
  const others = decodeTree(cache.readObject(id, 'tree')).filter(({ name }) => name !== descriptionPath)
  const tree = objectOf('tree', encodeTree([...others, { mode: '100644', name: descriptionPath, id: blob.id }]))
  return { id: tree.id, objects: [blob, tree] }
}

function objectOf(kind: ObjectKind, content: Uint8Array): SnapshotObject {
  return { id: objectId(kind, content), kind, sizeBytes: content.byteLength, read: () => content }
}
