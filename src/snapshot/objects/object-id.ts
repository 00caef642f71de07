/**
 * The id of an object: SHA-256 over git's header and the content, as `git hash-object` gives it in a repository made with
 * `--object-format=sha256`. Used by the sender to name objects and by the receiver to refuse what does not match.
 */
import { createHash } from 'node:crypto'
import { ModulePickleError } from '../../errors.ts'
import type { ObjectId, ObjectKind } from './snapshot.ts'

/** The id of `content` as an object of `kind`. */
export function objectId(kind: ObjectKind, content: Uint8Array): ObjectId {
  return createHash('sha256').update(`${kind} ${content.byteLength}\0`).update(content).digest('hex')
}

/** True for text that can be an id. Whatever becomes part of a file name must have passed this. */
export function isObjectId(text: unknown): text is ObjectId {
  return typeof text === 'string' && /^[0-9a-f]{64}$/.test(text)
}

/** @throws ModulePickleError ERR_SNAPSHOT_CORRUPT unless `id` is the id of `content` */
export function verifyObject(id: ObjectId, kind: ObjectKind, content: Uint8Array): void {
  if (!isObjectId(id)) {
    throw new ModulePickleError(
      'ERR_SNAPSHOT_CORRUPT',
      `${JSON.stringify(id)} is not an object id (64 lower-case hex digits).`,
    )
  }
  const actual = objectId(kind, content)
  if (actual === id) return
  throw new ModulePickleError(
    'ERR_SNAPSHOT_CORRUPT',
    `The ${content.byteLength} bytes sent as ${kind} ${id} have the id ${actual}; nothing of them was kept. Send the snapshot again.`,
  )
}
