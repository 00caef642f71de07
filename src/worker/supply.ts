/**
 * Gets what the cache lacks of the snapshots that a pickle names and puts them in place, before it is decoded.
 *
 * A snapshot that is here costs no message. Objects come without ids and are kept under those that they have, so that what differs from
 * what was asked for is still lacking.
 */
import { debuglog } from 'node:util'
import { packagesOf } from '../arrival.ts'
import type { Manifest } from '../cloudpickle/index.ts'
import { isModulePickleError, ModulePickleError } from '../errors.ts'
import { maximumNeeds, type Connection, type SenderMessage, type WorkerMessage } from '../protocol/index.ts'
import type { PackageLookup } from '../snapshot/materialize/package-candidates.ts'
import type { WantedPackages } from '../snapshot/materialize/package-lookup.ts'
import type { SnapshotCache } from '../snapshot/materialize/snapshot-cache.ts'
import { unpackObjects } from '../snapshot/objects/archive.ts'
import { packageLabel } from '../snapshot/objects/package-label.ts'
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
  manifest: Manifest,
  cache: SnapshotCache,
  packages: PackageLookup,
  sender: SupplyLine,
): Promise<void> {
  for (const id of manifest.snapshots) await obtainObjects(id, () => cache.missing(id), cache, sender)
  try {
    await putInPlace(manifest, cache, packages, sender)
  } catch (error) {
    const damaged = manifest.snapshots.filter(id => cache.missingOrDamaged(id).length > 0)
    if (damaged.length === 0) throw error
    for (const id of damaged) await obtainObjects(id, () => cache.missingOrDamaged(id), cache, sender)
    await putInPlace(manifest, cache, packages, sender)
  }
}

async function putInPlace(
  manifest: Manifest,
  cache: SnapshotCache,
  packages: PackageLookup,
  sender: SupplyLine,
): Promise<void> {
  const located = await obtainPackages(packagesOf(manifest, cache), cache, packages, sender)
  for (const id of manifest.snapshots) cache.materialize(id, packages, located)
}

/** Packages that are not installed here, or not as the sender has them, come from the sender. */
async function obtainPackages(
  wanted: WantedPackages,
  cache: SnapshotCache,
  lookup: PackageLookup,
  sender: SupplyLine,
): Promise<ReadonlyMap<string, string>> {
  const known = cache.findPackages(wanted, lookup)
  if (known) return known
  try {
    return cache.locatePackages(wanted, lookup)
  } catch (error) {
    if (cache.missingOfPackages(wanted, lookup).length === 0) throw error
    const labels = wanted.needs.map(packageLabel).join(' ')
    await obtainObjects(labels, () => cache.missingOfPackages(wanted, lookup), cache, sender)
    return cache.locatePackages(wanted, lookup)
  }
}

/** `of` is the snapshot, or the packages, that `lacking` tells objects of. */
async function obtainObjects(
  of: string,
  lacking: () => readonly ObjectId[],
  cache: SnapshotCache,
  sender: SupplyLine,
): Promise<void> {
  let objects = lacking()
  if (objects.length === 0) return
  // A tree that has arrived shows what lies below it, and that may be lacking, too.
  while (objects.length > 0) {
    const asked = objects.slice(0, maximumNeeds)
    sender.send({ kind: 'need', snapshot: of, objects: asked })
    const isFinal = await takeObjects(cache, sender)
    objects = lacking()
    const still = new Set(objects)
    if (isFinal && asked.every(id => still.has(id))) throw notSupplied(of, objects)
  }
  sender.send({ kind: 'has', snapshot: of })
}

/** True when the sender has nothing else to offer. All is taken from the stream, also when a part of it is refused. */
async function takeObjects(cache: SnapshotCache, sender: SupplyLine): Promise<boolean> {
  let isFinal = true
  let refused: unknown
  for (;;) {
    const received = await sender.receive()
    if (received?.message.kind === 'recheck') return false
    if (received?.message.kind === 'supplied') break
    if (received?.message.kind === 'changes') {
      isFinal = false
      applyChanges(received.message, received.body, cache)
    } else if (received?.message.kind === 'objects') {
      try {
        const objects = unpackObjects([received.body], received.message.compression)
        for (const { kind, content } of objects) cache.keep(kind, content)
      } catch (error) {
        refused ??= error
      }
    } else throw outOfOrder(received?.message.kind)
  }
  if (refused !== undefined) throw refused
  return isFinal
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
