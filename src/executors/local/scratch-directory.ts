/**
 * The empty directory that a local worker works in: private, removed when the worker has ended or this process exits.
 *
 * Named here, made by the worker once it knows how to remove it, so that one which ends as it starts leaves nothing behind.
 * Removal may fail (code can take its own rights away, a process that it left behind can go on writing there) and never
 * throws: a directory that stays is no reason for a program to end.
 */
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { debuglog } from 'node:util'

/** Shown with NODE_DEBUG=modulepickle-executors. */
const debug = debuglog('modulepickle-executors')

const inUse = new Set<string>()
let isWatching = false

/** A path under `parent` that nothing has. */
export function nameScratchDirectory(parent: string): string {
  if (!isWatching) process.on('exit', removeAll)
  isWatching = true
  const directory = path.join(parent, `modulepickle-worker-${randomBytes(8).toString('hex')}`)
  inUse.add(directory)
  return directory
}

/** Settles when it is removed, or cannot be: then it is tried once more when this process exits. */
export async function removeScratchDirectory(directory: string): Promise<void> {
  try {
    await rm(directory, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 })
    inUse.delete(directory)
  } catch (error) {
    debug('%s cannot be removed: %s', directory, error)
  }
}

function removeAll(): void {
  for (const directory of inUse) {
    try {
      rmSync(directory, { recursive: true, force: true })
    } catch (error) {
      debug('%s is left behind: %s', directory, error)
    }
  }
}
