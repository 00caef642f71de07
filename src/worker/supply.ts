/**
 * Gets what the cache lacks of the snapshots that a pickle names and puts them in place, before it is decoded.
 *
 * A snapshot that is here costs no message. Objects are verified against their ids by the cache, before a byte is kept.
 */
import { debuglog } from 'node:util'
import { isModulePickleError, ModulePickleError } from '../errors.ts'
import { maximumNeeds, type Connection, type SenderMessage, type WorkerMessage } from '../protocol/index.ts'
import type { PackageLookup } from '../snapshot/materialize/package-lookup.ts'
import type { SnapshotCache } from '../snapshot/materialize/snapshot-cache.ts'
import type { ObjectId } from '../snapshot/objects/snapshot.ts'

export type ToSender = Connection<WorkerMessage, SenderMessage>

/** Where what is lacking is asked for and comes. */
export type SupplyLine = Pick<ToSender, 'send' | 'receive'>

type Changes = Extract<SenderMessage, { kind: 'changes' }>

/** Shown with NODE_DEBUG=modulepickle-worker. */
const debug = debuglog('modulepickle-worker')

/**
 * Puts the snapshots in place. Objects that a damaged disk has spoiled are obtained again.
 * @throws ModulePickleError ERR_SNAPSHOT_MISSING when the sender does not have what is lacking either,
 *   ERR_SNAPSHOT_CORRUPT, ERR_PACKAGE_MISMATCH, ERR_MATERIALIZE
 */
export async function obtainSnapshots(
  ids: readonly ObjectId[],
  cache: SnapshotCache,
  packages: PackageLookup,
  sender: SupplyLine,
): Promise<void> {
  for (const id of ids) {
    await obtainObjects(id, cache.missing(id), cache, sender)
    try {
      cache.materialize(id, packages)
    } catch (error) {
      const lacking = cache.missingOrDamaged(id)
      if (lacking.length === 0) throw error
      await obtainObjects(id, lacking, cache, sender)
      cache.materialize(id, packages)
    }
  }
}

async function obtainObjects(
  snapshot: ObjectId,
  lacking: readonly ObjectId[],
  cache: SnapshotCache,
  sender: SupplyLine,
): Promise<void> {
  if (lacking.length === 0) return
  // A tree that has arrived shows what lies below it, and that may be lacking, too.
  for (let objects = lacking; objects.length > 0; objects = cache.missing(snapshot)) {
    sender.send({ kind: 'need', snapshot, objects: objects.slice(0, maximumNeeds) })
    if (!(await takeObjects(cache, sender))) throw notSupplied(snapshot, objects)
  }
  sender.send({ kind: 'has', snapshot })
}

/** False when the sender had none. All objects are taken from the stream, also when one of them is refused. */
async function takeObjects(cache: SnapshotCache, sender: SupplyLine): Promise<boolean> {
  let isSupplied = false
  let refused: unknown
  for (;;) {
    const received = await sender.receive()
    if (received?.message.kind === 'recheck') return true
    if (received?.message.kind === 'supplied') break
    if (received?.message.kind !== 'object' && received?.message.kind !== 'changes') {
      throw outOfOrder(received?.message.kind)
    }
    isSupplied = true
    if (received.message.kind === 'changes') {
      applyChanges(received.message, received.body, cache)
      continue
    }
    try {
      cache.put(received.message.id, received.message.type, received.body)
    } catch (error) {
      refused ??= error
    }
  }
  if (refused !== undefined) throw refused
  return isSupplied
}

function notSupplied(snapshot: string, objects: readonly string[]): ModulePickleError {
  return new ModulePickleError(
    'ERR_SNAPSHOT_MISSING',
    `${objects.length} objects of snapshot ${snapshot.slice(0, 12)} are not on the worker, and the sender has not got them either.`,
  )
}

function outOfOrder(kind: string | undefined): ModulePickleError {
  const what = kind === undefined ? 'ended the stream' : `sent ${kind}`
  return new ModulePickleError('ERR_PROTOCOL', `The sender ${what} where the worker waits for something else.`)
}

/** What is lacking of the base, or damaged, makes no difference: the objects are asked for then. */
function applyChanges({ snapshot, base }: Changes, body: Uint8Array, cache: SnapshotCache): void {
  try {
    for (const { id, kind, read } of cache.changed(base, snapshot, body)) cache.put(id, kind, read())
  } catch (error) {
    if (isModulePickleError(error, 'ERR_MATERIALIZE')) throw error
    debug('changes of %s cannot be applied to %s: %s', snapshot, base, error)
  }
}
