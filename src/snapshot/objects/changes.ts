/**
 * One snapshot as changes of another that the receiver has: paths, and what is new in their files. No ids and no trees: the
 * receiver makes the trees, and the id of the root tells whether they are right.
 */
import { dumps, loads } from '../../pickle/index.ts'
import { ModulePickleError } from '../../errors.ts'
import { decodeContent, encodeContent, type ContentDelta } from './delta.ts'
import { objectId } from './object-id.ts'
import type { ObjectId, ObjectKind, SnapshotObject } from './snapshot.ts'
import { decodeTree, encodeTree, type TreeEntry } from './tree.ts'

/** A file or link of the new snapshot and how it differs from the one that was there, or null for one that is gone. */
type Change = readonly [path: string, mode: Exclude<TreeEntry['mode'], '40000'> | null, content?: ContentDelta]

/** The content of an object; throws where it is missing. */
type ReadObject = (id: ObjectId, kind: ObjectKind) => Uint8Array

/** What turns the tree `base` into the tree `next`. */
export function encodeChanges(base: ObjectId, next: ObjectId, read: ReadObject): { body: Uint8Array; count: number } {
  const changes = [...changesBetween(base, next, '', read)]
  return { body: dumps(changes), count: changes.length }
}

/**
 * The objects that the tree `next` has beyond those of `base`.
 * @throws ModulePickleError ERR_SNAPSHOT_CORRUPT unless they make exactly that tree
 */
export function decodeChanges(base: ObjectId, next: ObjectId, body: Uint8Array, read: ReadObject): SnapshotObject[] {
  const objects: SnapshotObject[] = []
  const add = (kind: ObjectKind, content: Uint8Array): ObjectId => {
    const id = objectId(kind, content)
    objects.push({ id, kind, sizeBytes: content.byteLength, read: () => content })
    return id
  }
  const changes = loads(body, { allow: 'data' })
  if (!Array.isArray(changes) || !changes.every(isChange)) throw corrupt('they are malformed')
  const split = changes.map(([path, mode, content]): PathChange => ({ segments: path.split('/'), mode, content }))
  if (applyTo(base, split, 0, read, add) === next) return objects
  throw corrupt('they make another tree than the one that was asked for')
}

function* changesBetween(
  from: ObjectId | undefined,
  to: ObjectId,
  prefix: string,
  read: ReadObject,
): Generator<Change> {
  const before = new Map((from === undefined ? [] : decodeTree(read(from, 'tree'))).map(entry => [entry.name, entry]))
  for (const entry of decodeTree(read(to, 'tree'))) {
    const old = before.get(entry.name)
    before.delete(entry.name)
    if (old?.id === entry.id && old.mode === entry.mode) continue
    const path = prefix + entry.name
    // A file in the place of a directory, or the other way round, needs no removal: what is new there replaces it.
    const isKept = old !== undefined && (old.mode === '40000') === (entry.mode === '40000')
    if (entry.mode === '40000') yield* changesBetween(isKept ? old.id : undefined, entry.id, `${path}/`, read)
    else yield [path, entry.mode, encodeContent(isKept ? read(old.id, 'blob') : nothing, read(entry.id, 'blob'))]
  }
  for (const old of before.values()) yield* removed(old, prefix, read)
}

function* removed({ name, mode, id }: TreeEntry, prefix: string, read: ReadObject): Generator<Change> {
  const path = prefix + name
  if (mode !== '40000') yield [path, null]
  else for (const entry of decodeTree(read(id, 'tree'))) yield* removed(entry, `${path}/`, read)
}

const nothing = new Uint8Array()

interface PathChange {
  readonly segments: readonly string[]
  readonly mode: Change[1]
  readonly content: ContentDelta | undefined
}

/** The tree `base` with `changes`, which are below it; undefined when nothing is left of it. Recursion is as deep as paths are long. */
function applyTo(
  base: ObjectId | undefined,
  changes: readonly PathChange[],
  depth: number,
  read: ReadObject,
  add: (kind: ObjectKind, content: Uint8Array) => ObjectId,
): ObjectId | undefined {
  if (depth > maximumDepth) throw corrupt('a path is too long')
  const entries = new Map((base === undefined ? [] : decodeTree(read(base, 'tree'))).map(entry => [entry.name, entry]))
  const below = new Map<string, PathChange[]>()
  for (const change of changes) {
    const { segments, mode, content } = change
    const name = segments[depth] ?? ''
    if (segments.length > depth + 1) {
      below.set(name, [...(below.get(name) ?? []), change])
    } else if (mode === null || content === undefined) {
      entries.delete(name)
    } else {
      const old = entries.get(name)
      const from = old && old.mode !== '40000' ? read(old.id, 'blob') : nothing
      entries.set(name, { mode, name, id: add('blob', decodeContent(from, content)) })
    }
  }
  for (const [name, nested] of below) {
    const old = entries.get(name)
    const id = applyTo(old?.mode === '40000' ? old.id : undefined, nested, depth + 1, read, add)
    if (id === undefined) entries.delete(name)
    else entries.set(name, { mode: '40000', name, id })
  }
  return entries.size === 0 ? undefined : add('tree', encodeTree(entries.values()))
}

const maximumDepth = 200

function isChange(value: unknown): value is Change {
  if (!Array.isArray(value)) return false
  const [path, mode, content] = value as unknown[]
  if (typeof path !== 'string') return false
  if (mode === null) return content === undefined
  return (
    (mode === '100644' || mode === '100755' || mode === '120000') && Array.isArray(content) && content.every(isDelta)
  )
}

function isDelta(value: unknown): boolean {
  if (!Array.isArray(value)) return false
  const [prefix, suffix, middle] = value as unknown[]
  return isLength(prefix) && isLength(suffix) && middle instanceof Uint8Array
}

function isLength(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function corrupt(what: string): ModulePickleError {
  return new ModulePickleError(
    'ERR_SNAPSHOT_CORRUPT',
    `Changes of a snapshot cannot be applied: ${what}. Send it whole.`,
  )
}
