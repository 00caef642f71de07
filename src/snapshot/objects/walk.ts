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
 * Every object that `root` reaches and that is not in `seen`, itself first. They are added to `seen`, by `referenceKey`.
 * @throws ModulePickleError ERR_SNAPSHOT_CORRUPT when a tree is malformed
 */
export function* walkObjects(
  root: ObjectId,
  readTree: (id: ObjectId) => Uint8Array | undefined,
  seen = new Set<string>(),
): Generator<ObjectReference> {
  const open: ObjectReference[] = []
  const visit = (reference: ObjectReference): void => {
    const key = referenceKey(reference)
    if (!seen.has(key)) open.push(reference)
    seen.add(key)
  }
  visit({ id: root, kind: 'tree' })
  for (let next = open.pop(); next; next = open.pop()) {
    yield next
    const content = next.kind === 'tree' ? readTree(next.id) : undefined
    if (content === undefined) continue
    for (const { id, mode } of decodeTree(content)) visit({ id, kind: kindOfMode(mode) })
  }
}

/** An id that is named as both a blob and a tree is wrong about one of them, so both are visited. */
export function referenceKey({ id, kind }: ObjectReference): string {
  return `${kind} ${id}`
}
