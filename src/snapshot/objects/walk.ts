/**
 * What a snapshot consists of: a walk from the root tree over ids, by which a receiver tells what it lacks.
 *
 * Each object is visited once, however often the snapshot holds it. A tree that cannot be read hides its children: they
 * are asked for after it has arrived.
 */
import type { ObjectId, ObjectKind } from './snapshot.ts'
import { decodeTree, kindOfMode } from './tree.ts'

interface ObjectReference {
  readonly id: ObjectId
  readonly kind: ObjectKind
}

/**
 * Every object that `root` reaches, itself first.
 * @throws ModulePickleError ERR_SNAPSHOT_CORRUPT when a tree is malformed
 */
export function* walkObjects(
  root: ObjectId,
  readTree: (id: ObjectId) => Uint8Array | undefined,
): Generator<ObjectReference> {
  const open: ObjectReference[] = [{ id: root, kind: 'tree' }]
  const seen = new Set<string>([`tree ${root}`])
  for (let next = open.pop(); next; next = open.pop()) {
    yield next
    const content = next.kind === 'tree' ? readTree(next.id) : undefined
    if (content === undefined) continue
    for (const { id, mode } of decodeTree(content)) {
      const kind = kindOfMode(mode)
      if (seen.has(`${kind} ${id}`)) continue
      seen.add(`${kind} ${id}`)
      open.push({ id, kind })
    }
  }
}
