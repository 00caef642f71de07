/**
 * One directory of one snapshot: whether it is in place as it was written, and how it gets there.
 *
 * It becomes visible by one rename. Processes that write the same one at once all succeed: the first wins, the others use what it
 * wrote. A crash at any point leaves what was there before, and something temporary that the next process sweeps.
 */
import { mkdirSync, renameSync, statSync, utimesSync } from 'node:fs'
import path from 'node:path'
import { debuglog } from 'node:util'
import { ModulePickleError } from '../../errors.ts'
import type { ObjectId } from '../objects/snapshot.ts'
import type { BoundLinks } from './bound-links.ts'
import type { CacheDirectory } from './cache-directory.ts'
import { compareWithTree } from './compare-snapshot.ts'
import { isSealed, makeSeal, readSeal, writeSeal } from './seal.ts'
import { makeTemporary, removeTemporary, temporaryName } from './temporary.ts'
import { linkPackage, writeTree, type ObjectSource } from './write-snapshot.ts'

/** Shown with NODE_DEBUG=modulepickle-materialize. */
const debug = debuglog('modulepickle-materialize')

const maximumAttempts = 5

/** Where a snapshot with its links is to be. */
export interface Placement {
  readonly id: ObjectId
  readonly links: BoundLinks
  readonly directory: string
  /** The file that holds the directory's seal. Its time says when the directory was last used. */
  readonly seal: string
  /** `<id>/<bound packages>`, as pins name it. */
  readonly name: string
}

/** True when the directory is there and holds what it should. Objects are asked for only where the seal does not tell. */
export function isInPlace(placement: Placement, cache: CacheDirectory, objects: ObjectSource): boolean {
  const { directory } = placement
  if (!isDirectory(directory)) return false
  if (isSealed(directory, readSeal(placement.seal))) {
    markUsed(placement.seal)
    return true
  }
  const ownBytes = compare(placement, objects)
  if (ownBytes === undefined) return false
  writeSeal(placement.seal, makeSeal(directory, ownBytes), temporaryName(cache.temporary))
  return true
}

/** @throws ModulePickleError ERR_SNAPSHOT_MISSING, ERR_SNAPSHOT_CORRUPT, ERR_MATERIALIZE; then nothing is left behind */
export function writeDirectory(placement: Placement, cache: CacheDirectory, objects: ObjectSource): void {
  const { id, links, directory } = placement
  const changed = temporaryName(cache.temporary)
  let temporary: string | undefined
  try {
    temporary = makeTemporary(cache.temporary)
    const ownBytes = writeTree(id, temporary, objects)
    for (const [link, target] of links) linkPackage(temporary, link, target)
    const seal = makeSeal(temporary, ownBytes)
    if (isDirectory(directory) && !isInPlace(placement, cache, objects)) moveAway(directory, changed)
    if (renameUnlessThere(temporary, directory)) writeSeal(placement.seal, seal, temporaryName(cache.temporary))
  } catch (error) {
    if (error instanceof ModulePickleError) throw error
    throw new ModulePickleError(
      'ERR_MATERIALIZE',
      `Snapshot ${id} cannot be written to ${directory}: ${(error as Error).message}. Nothing of it was kept. Free space there or name another directory in MODULEPICKLE_CACHE.`,
      { cause: error },
    )
  } finally {
    if (temporary !== undefined) removeTemporary(temporary)
    removeTemporary(changed)
  }
}

export function isDirectory(directory: string): boolean {
  return statSync(directory, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/** What cannot be read cannot be compared, and so is not in place; writing it anew tells what is wrong. */
function compare({ id, links, directory }: Placement, objects: ObjectSource): number | undefined {
  try {
    return compareWithTree(id, links, directory, objects)
  } catch (error) {
    debug('%s cannot be compared: %s', directory, (error as Error).message)
    return undefined
  }
}

/** In a cache that cannot be written, nothing is collected. */
function markUsed(seal: string): void {
  try {
    utimesSync(seal, new Date(), new Date())
  } catch (error) {
    debug('%s cannot be touched: %s', seal, (error as Error).message)
  }
}

/** At once and as a whole: a process that has loaded from `directory` finds the right files at the same paths soon after. */
function moveAway(directory: string, place: string): void {
  try {
    renameSync(directory, place)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/** Losing a race is success: the winner wrote the same files. False when it was lost. */
function renameUnlessThere(temporary: string, directory: string): boolean {
  for (let attempt = 1; ; attempt++) {
    try {
      mkdirSync(path.dirname(directory), { recursive: true, mode: 0o700 })
      renameSync(temporary, directory)
      return true
    } catch (error) {
      if (isDirectory(directory)) return false
      // Whoever collects removes the directory above, when it is empty.
      const isRemoved = (error as NodeJS.ErrnoException).code === 'ENOENT'
      if (!isRemoved || attempt === maximumAttempts) throw error
    }
  }
}
