/**
 * The empty directory that a local worker starts in: private, removed when the worker has ended or this process exits.
 *
 * Removal may fail (code can take its own rights away, a process that it left behind can go on writing there) and never
 * throws: a directory that stays is no reason for a program to end.
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { debuglog } from 'node:util'

/** Shown with NODE_DEBUG=modulepickle-executors. */
const debug = debuglog('modulepickle-executors')

const inUse = new Set<string>()
let isWatching = false

/** mkdtemp makes it 0700. */
export function makeScratchDirectory(): string {
  if (!isWatching) process.on('exit', removeAll)
  isWatching = true
  const directory = mkdtempSync(path.join(realpathSync(tmpdir()), 'modulepickle-worker-'))
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
