/**
 * The empty directory that a local worker works in: private, removed when the worker has ended or this process exits.
 *
 * Named here, made by the worker once it knows how to remove it, so that one which ends as it starts leaves nothing behind.
 * Removal may fail (code can take its own rights away, a process that it left behind can go on writing there) and never
 * throws: a directory that stays is no reason for a program to end. Where sender and worker are killed at once nobody is left to
 * remove it: the next sender does.
 */
import { randomBytes } from 'node:crypto'
import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { debuglog } from 'node:util'
import { ownName, stateOfOwner } from '../../snapshot/materialize/process-name.ts'

/** Shown with NODE_DEBUG=modulepickle-executors. */
const debug = debuglog('modulepickle-executors')

const inUse = new Set<string>()
const swept = new Set<string>()
const prefix = 'modulepickle-worker-'

/** A path under `parent` that nothing has. */
export function nameScratchDirectory(parent: string): string {
  if (swept.size === 0) process.on('exit', removeAll)
  if (!swept.has(parent)) sweep(parent)
  swept.add(parent)
  const directory = path.join(parent, `${prefix}${ownName}-${randomBytes(8).toString('hex')}`)
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

/** Removes the directories whose senders have been killed, and their workers with them. Those of other users stay. */
function sweep(parent: string): void {
  for (const directory of abandonedIn(parent)) {
    try {
      const isOwn = lstatSync(directory).uid === (process.getuid?.() ?? 0)
      if (isOwn) rmSync(directory, { recursive: true, force: true })
    } catch (error) {
      debug('%s is left behind: %s', directory, error)
    }
  }
}

function abandonedIn(parent: string): string[] {
  try {
    const names = readdirSync(parent).filter(name => name.startsWith(prefix))
    const abandoned = names.filter(name => stateOfOwner(name.slice(prefix.length)) === 'gone')
    return abandoned.map(name => path.join(parent, name))
  } catch (error) {
    debug('%s cannot be swept: %s', parent, error)
    return []
  }
}
