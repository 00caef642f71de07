/**
 * Keeps a cache from growing: `listCache`, `collectCache` and `clearCache`, and the collection that happens by itself.
 *
 * What a live process uses is never removed. A snapshot leaves by one rename and is then deleted, objects that no snapshot needs
 * any more follow; so a crash at any point leaves a cache that is whole, and something temporary that the next process sweeps.
 */
import { existsSync, readdirSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { debuglog } from 'node:util'
import { findCacheDirectory, openCacheDirectory, type CacheDirectory } from './cache-directory.ts'
import { cachedSnapshots, SnapshotMeasure, type CachedSnapshot, type MeasuredSnapshot } from './cached-snapshots.ts'
import { minimumAgeMs } from './object-store.ts'
import { removeOldRuntimes } from './old-runtimes.ts'
import { readPins } from './pins.ts'
import { tryRename } from './rename.ts'
import { removeTemporary, sweepTemporary, temporaryName } from './temporary.ts'

/** Shown with NODE_DEBUG=modulepickle-materialize. */
const debug = debuglog('modulepickle-materialize')

const dayMs = 24 * 60 * 60 * 1000
const defaultMaximumAgeMs = 30 * dayMs
const defaultMaximumBytes = 5 * 1024 ** 3

interface CacheOptions {
  /** The cache; by default that of this user. */
  readonly directory?: string
}

interface CollectOptions extends CacheOptions {
  /** Snapshots that no process began to use for longer go; by default 30 days. */
  readonly maxAgeMs?: number
  /** Of the others, the least recently used go until the cache is no larger; by default 5 GiB. */
  readonly maxSizeBytes?: number
  /** Removes nothing, and tells what would be removed. */
  readonly isDryRun?: boolean
}

export interface CacheListing {
  readonly directory: string
  readonly sizeBytes: number
  /** Those in use first, then the most recently used. */
  readonly snapshots: readonly MeasuredSnapshot[]
}

export interface Collected {
  readonly removed: readonly CachedSnapshot[]
  /** Objects that no snapshot needs any more. */
  readonly removedObjects: number
  readonly freedBytes: number
  /** Of objects that no snapshot needs and that stay, because a process may be about to use what it has just written. */
  readonly youngBytes: number
}

/**
 * Looks, and writes nothing: the cache may be read-only, or not be there.
 * @throws ModulePickleError ERR_CACHE_UNSAFE where it is no directory
 */
export function listCache({ directory }: CacheOptions = {}): CacheListing {
  const cache = findCacheDirectory(directory)
  const measure = new SnapshotMeasure(cache)
  const snapshots: MeasuredSnapshot[] = []
  for (const snapshot of cachedSnapshots(cache, true)) {
    snapshots.push({ ...snapshot, sizeBytes: measure.take(snapshot) ?? 0 })
  }
  const sizeBytes = sumOf(snapshots) + sumOf(measure.unneeded(0))
  return { directory: cache.root, sizeBytes, snapshots }
}

/** @throws ModulePickleError ERR_CACHE_UNSAFE */
export function collectCache({ directory, ...options }: CollectOptions = {}): Collected {
  return collect(openCacheDirectory(directory), options, minimumAgeMs)
}

/**
 * Removes all that no live process uses.
 * @throws ModulePickleError ERR_CACHE_UNSAFE
 */
export function clearCache({
  directory,
  isDryRun = false,
}: Omit<CollectOptions, 'maxAgeMs' | 'maxSizeBytes'> = {}): Collected {
  return collect(openCacheDirectory(directory), { maxAgeMs: -1, isDryRun }, 0)
}

/** Collects if a day has passed since any process did. For whoever has just written something; never throws. */
export function collectNowAndThen(cache: CacheDirectory): void {
  const mark = path.join(cache.root, 'collected')
  try {
    const last = statSync(mark, { throwIfNoEntry: false })
    if (last && Date.now() - last.mtimeMs < dayMs) return
    writeFileSync(mark, '')
    if (last) collect(cache, {}, minimumAgeMs)
  } catch (error) {
    debug('%s was not collected: %s', cache.root, (error as Error).message)
  }
}

function collect(cache: CacheDirectory, options: CollectOptions, objectAgeMs: number): Collected {
  const { maxAgeMs = defaultMaximumAgeMs, maxSizeBytes = defaultMaximumBytes, isDryRun = false } = options
  const measure = new SnapshotMeasure(cache)
  const superfluous: CachedSnapshot[] = []
  let left = maxSizeBytes
  for (const snapshot of cachedSnapshots(cache, isDryRun)) {
    const isPinned = snapshot.pinnedBy.length > 0
    const isOld = Date.now() - snapshot.lastUsed.getTime() > maxAgeMs
    const sizeBytes = isOld && !isPinned ? undefined : measure.take(snapshot, isPinned ? Infinity : left)
    // Once one is too many, those that were used even longer ago are, too, however small.
    left = sizeBytes === undefined && !isOld ? 0 : left - (sizeBytes ?? 0)
    if (sizeBytes === undefined) superfluous.push(snapshot)
  }
  const removed = isDryRun ? superfluous : removeSnapshots(superfluous, cache)
  for (const snapshot of superfluous) if (!removed.includes(snapshot)) measure.take(snapshot)
  const objects = [...measure.unneeded(objectAgeMs)]
  const youngBytes = sumOf(measure.unneeded(0)) - sumOf(objects)
  if (!isDryRun) {
    for (const { file } of objects) rmSync(file, { force: true })
    sweepTemporary(cache.temporary)
    removeSealsOfNothing(cache)
    removeOldStamps(cache, Math.max(maxAgeMs, 0))
    removeOldRuntimes(cache, Math.max(maxAgeMs, 0))
  }
  const ownBytes = removed.reduce((sum, snapshot) => sum + snapshot.ownBytes, 0)
  return { removed, removedObjects: objects.length, freedBytes: sumOf(objects) + ownBytes, youngBytes }
}

/** Those that were removed: not what a process has begun to use meanwhile. */
function removeSnapshots(snapshots: readonly CachedSnapshot[], cache: CacheDirectory): CachedSnapshot[] {
  const moved = new Map<CachedSnapshot, string>()
  for (const snapshot of snapshots) {
    const place = temporaryName(cache.temporary)
    if (tryRename(snapshot.directory, place)) moved.set(snapshot, place)
  }
  // A process pins before it looks whether a directory is there: either its pin is seen here, or it saw that the directory is not.
  const pins = readPins(cache.pins, false)
  const removed: CachedSnapshot[] = []
  for (const [snapshot, place] of moved) {
    if (pins.has(snapshot.name) && tryRename(place, snapshot.directory)) continue
    removeTemporary(place)
    rmSync(snapshot.seal, { force: true })
    removeIfEmpty(path.dirname(snapshot.directory))
    removed.push(snapshot)
  }
  return removed
}

/** A directory may have been removed by hand. */
function removeSealsOfNothing(cache: CacheDirectory): void {
  for (const seal of readdirSync(cache.seals)) {
    const [id = '', binding = ''] = seal.split('-')
    if (!existsSync(path.join(cache.snapshots, id, binding))) rmSync(path.join(cache.seals, seal), { force: true })
  }
}

/** They only save work, so nobody minds. A package that is still in use gets a new one when it is looked at. */
function removeOldStamps(cache: CacheDirectory, maxAgeMs: number): void {
  for (const name of readdirSync(cache.stamps)) {
    const file = path.join(cache.stamps, name)
    const stat = statSync(file, { throwIfNoEntry: false })
    if (stat && Date.now() - stat.mtimeMs >= maxAgeMs) rmSync(file, { force: true })
  }
}

function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory)
  } catch (error) {
    debug('%s stays: %s', directory, (error as Error).message)
  }
}

function sumOf(sizes: Iterable<{ readonly sizeBytes: number }>): number {
  let sum = 0
  for (const { sizeBytes } of sizes) sum += sizeBytes
  return sum
}
