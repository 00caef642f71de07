/**
 * Gets what the cache lacks of the snapshots that a pickle names, before it is decoded.
 *
 * A snapshot that is here costs no message. Objects are verified against their ids by the cache, before a byte is kept.
 */
import { ModulePickleError } from '../errors.ts'
import { maximumNeeds, type Connection, type SenderMessage, type WorkerMessage } from '../protocol/index.ts'
import type { SnapshotCache } from '../snapshot/materialize/snapshot-cache.ts'

export type ToSender = Connection<WorkerMessage, SenderMessage>

/** @throws ModulePickleError ERR_SNAPSHOT_MISSING when the sender does not have them either, ERR_SNAPSHOT_CORRUPT */
export async function obtainSnapshots(ids: readonly string[], cache: SnapshotCache, sender: ToSender): Promise<void> {
  for (const snapshot of ids) {
    // A tree that has arrived shows what lies below it, and that may be lacking, too.
    for (let objects = cache.missing(snapshot); objects.length > 0; objects = cache.missing(snapshot)) {
      sender.send({ kind: 'need', snapshot, objects: objects.slice(0, maximumNeeds) })
      if ((await takeObjects(cache, sender)) === 0) throw notSupplied(snapshot, objects)
    }
  }
}

/** How many objects came. All of them are taken from the stream, also when one of them is refused. */
async function takeObjects(cache: SnapshotCache, sender: ToSender): Promise<number> {
  let count = 0
  let refused: unknown
  for (;;) {
    const received = await sender.receive()
    if (received?.message.kind === 'supplied') break
    if (received?.message.kind !== 'object') throw outOfOrder(received?.message.kind)
    count++
    try {
      cache.put(received.message.id, received.message.type, received.body)
    } catch (error) {
      refused ??= error
    }
  }
  if (refused !== undefined) throw refused
  return count
}

function notSupplied(snapshot: string, objects: readonly string[]): ModulePickleError {
  return new ModulePickleError(
    'ERR_SNAPSHOT_MISSING',
    `${objects.length} objects of snapshot ${snapshot.slice(0, 12)} are not on the worker, and the sender has not got them either.`,
  )
}

export function outOfOrder(kind: string | undefined): ModulePickleError {
  const what = kind === undefined ? 'ended the stream' : `sent ${kind}`
  return new ModulePickleError('ERR_PROTOCOL', `The sender ${what} where the worker waits for something else.`)
}
