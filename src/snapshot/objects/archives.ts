/**
 * The objects of a snapshot as archives, each of a run of them, so that after an edit few are compressed again.
 *
 * Where a run ends depends on the ids of its objects, not on how many came before: what follows a change is cut as before.
 */
import { hash } from 'node:crypto'
import { ModulePickleError } from '../../errors.ts'
import { compressionOfPickles, maximumBytes, packObjects } from './archive.ts'
import type { SnapshotObject } from './snapshot.ts'

const smallestRunBytes = 128 * 1024
const largestRunBytes = 1024 * 1024
/** By what they were made from, the most recently used last. */
const packedRuns = new Map<string, Uint8Array>()
const maximumKeptBytes = 32 * 1024 * 1024
let keptBytes = 0
/** What a snapshot gave, for as long as it is held. */
const known = new WeakMap<ReadonlyMap<string, SnapshotObject>, readonly Uint8Array[]>()

/**
 * All of `objects`, packed; the same archives for the same map.
 * @throws ModulePickleError ERR_SNAPSHOT_TOO_LARGE
 */
export function archivesOf(objects: ReadonlyMap<string, SnapshotObject>): readonly Uint8Array[] {
  const archives = known.get(objects) ?? packRuns(objects)
  known.set(objects, archives)
  return archives
}

function packRuns(objects: ReadonlyMap<string, SnapshotObject>): Uint8Array[] {
  let total = 0
  for (const { sizeBytes } of objects.values()) total += sizeBytes
  if (total > maximumBytes) throw tooLarge(total)
  return Array.from(runsOf(objects.values()), packRun)
}

function* runsOf(objects: Iterable<SnapshotObject>): Generator<readonly SnapshotObject[]> {
  let run: SnapshotObject[] = []
  let runBytes = 0
  for (const object of objects) {
    run.push(object)
    runBytes += object.sizeBytes
    const isEnd = runBytes >= smallestRunBytes && object.id.endsWith('0')
    if (!isEnd && runBytes < largestRunBytes) continue
    yield run
    run = []
    runBytes = 0
  }
  if (run.length > 0) yield run
}

function packRun(run: readonly SnapshotObject[]): Uint8Array {
  const key = hash('sha256', run.map(({ id, kind }) => `${kind} ${id}`).join('\n'))
  const packed = packedRuns.get(key) ?? packObjects(run, compressionOfPickles)
  if (packedRuns.delete(key)) keptBytes -= packed.byteLength
  packedRuns.set(key, packed)
  keptBytes += packed.byteLength
  for (const [oldest, { byteLength }] of packedRuns) {
    if (keptBytes <= maximumKeptBytes) break
    packedRuns.delete(oldest)
    keptBytes -= byteLength
  }
  return packed
}

function tooLarge(sizeBytes: number): ModulePickleError {
  return new ModulePickleError(
    'ERR_SNAPSHOT_TOO_LARGE',
    `The snapshot, or the installed packages, hold ${(sizeBytes / 1e6).toFixed(1)} MB, over the limit of ${maximumBytes} bytes for one pickle. Install packages on the other end instead.`,
  )
}
