/**
 * What one worker is sent besides calls: functions, places of packages, objects of snapshots. Each of them once.
 */
import type { Connection, SenderMessage, WorkerMessage } from '../protocol/index.ts'
import type { PackedModules } from '../modulepickle.ts'
import { packObjects } from '../snapshot/objects/archive.ts'
import type { Compression } from '../snapshot/objects/compression.ts'
import type { SnapshotObject } from '../snapshot/objects/snapshot.ts'
import type { DefinedFunction, OutgoingCall } from './outgoing-call.ts'
import type { ShippedSnapshots } from './shipped-snapshots.ts'

/** How much was sent. */
export interface SupplyCounts {
  filesSent: number
  objectsSent: number
}

/** Alike files in one batch are compressed together; while one is under way, the worker unpacks the one before. */
const batchBytes = 512 * 1024

export class Provisions {
  readonly #connection: Connection<SenderMessage, WorkerMessage>
  readonly #shipped: ShippedSnapshots
  readonly #counts: SupplyCounts
  readonly #functions = new Set<string>()
  readonly #packages = new Map<string, string>()
  readonly #trees = new Set<string>()
  /** What the worker has run, and may refer to in any result. */
  readonly #used = new Set<PackedModules>()
  /** Snapshots that were sent as changes, or could not be. */
  readonly #offered = new Set<string>()
  /** Released while a call was under way. */
  readonly #released: string[] = []
  #isCalling = false
  /** When the worker was last told to look what it lacks. */
  #lookedAt = 0
  /** Which the worker can undo. */
  compression: Compression = 'brotli'

  /** `counts` is added to. */
  constructor(connection: Connection<SenderMessage, WorkerMessage>, shipped: ShippedSnapshots, counts: SupplyCounts) {
    this.#connection = connection
    this.#shipped = shipped
    this.#counts = counts
  }

  /** A call begins: sends what it refers to and the worker was not told yet. */
  prepare({ pickled, fn }: OutgoingCall): void {
    this.#isCalling = true
    this.#lookedAt = this.#shipped.deliveries.now()
    const directories = new Map<string, string>()
    for (const { packageDirectories, mode } of fn ? [fn.pickled, pickled] : [pickled]) {
      if (mode !== 'place') continue
      for (const [key, directory] of packageDirectories) {
        if (this.#packages.get(key) !== directory) directories.set(key, directory)
        this.#packages.set(key, directory)
      }
    }
    if (directories.size > 0) this.#connection.send({ kind: 'packages', directories })
    if (fn && !this.#functions.has(fn.id)) this.#define(fn)
  }

  /** Answers `need`. */
  async supply(snapshot: string, lacked: readonly string[]): Promise<void> {
    const { deliveries } = this.#shipped
    const elsewhere = deliveries.elsewhere(snapshot, this)
    await elsewhere
    if (deliveries.endedSince(snapshot, this.#lookedAt)) {
      this.#lookedAt = deliveries.now()
      this.#connection.send({ kind: 'recheck' })
      return
    }
    deliveries.begin(snapshot, this)
    if (!this.#offerChanges(snapshot, lacked)) await this.#sendObjects(snapshot, lacked)
    this.#connection.send({ kind: 'supplied' })
  }

  /** Changes of a snapshot that some worker has, once; a worker that has not got it asks again. */
  #offerChanges(snapshot: string, lacked: readonly string[]): boolean {
    const isUnknown = lacked.length === 1 && lacked[0] === snapshot && !this.#offered.has(snapshot)
    this.#offered.add(snapshot)
    const changes = isUnknown ? this.#shipped.changes(snapshot) : undefined
    if (!changes) return false
    const { base, body, count } = changes
    this.#counts.objectsSent += count
    this.#counts.filesSent += count
    this.#connection.send({ kind: 'changes', snapshot, base }, body)
    return true
  }

  async #sendObjects(snapshot: string, lacked: readonly string[]): Promise<void> {
    const { compression } = this
    for (const batch of batches(this.#shipped.supply(snapshot, lacked, this.#trees))) {
      this.#counts.objectsSent += batch.length
      this.#counts.filesSent += batch.filter(({ kind }) => kind === 'blob').length
      this.#connection.send({ kind: 'objects', compression }, packObjects(batch, compression))
      await this.#connection.drained()
    }
  }

  /** The code of the call begins to run: the worker has all that the call needs. */
  begun({ pickled, fn }: OutgoingCall): void {
    for (const { snapshots } of fn ? [fn.pickled, pickled] : [pickled]) {
      for (const snapshot of snapshots) {
        this.#used.add(snapshot)
        this.#shipped.arrived(snapshot)
      }
    }
  }

  /** The worker has all of the snapshot. */
  supplied(snapshot: string): void {
    this.#shipped.deliveries.end(snapshot, this)
  }

  /** The call that supplies were for is over, however it ended: no other worker waits for them. */
  callIsOver(): void {
    this.#shipped.deliveries.endAll(this)
    this.#isCalling = false
    for (const functionId of this.#released.splice(0)) this.release(functionId)
  }

  /** The worker may forget the function. It is told between calls: in one it expects nothing but what it has asked for. */
  release(functionId: string): void {
    if (this.#isCalling) this.#released.push(functionId)
    else if (this.#functions.delete(functionId)) this.#connection.send({ kind: 'release', functionId })
  }

  #define({ id, pickled }: DefinedFunction): void {
    this.#connection.send({ kind: 'define', functionId: id }, pickled.bytes, pickled.buffers)
    this.#functions.add(id)
  }
}

function* batches(objects: Iterable<SnapshotObject>): Generator<readonly SnapshotObject[]> {
  let batch: SnapshotObject[] = []
  let sizeBytes = 0
  for (const object of objects) {
    batch.push(object)
    sizeBytes += object.sizeBytes
    if (sizeBytes < batchBytes) continue
    yield batch
    batch = []
    sizeBytes = 0
  }
  if (batch.length > 0) yield batch
}
