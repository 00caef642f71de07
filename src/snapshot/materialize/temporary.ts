/**
 * Fresh names to write under before a rename makes the result visible, and the removal of those that a killed
 * process left behind. A name says which process on which host owns it.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { debuglog } from 'node:util'
import { ownName, stateOfOwner } from './process-name.ts'

/** Shown with NODE_DEBUG=modulepickle-materialize. */
const debug = debuglog('modulepickle-materialize')
const maximumAgeMs = 24 * 60 * 60 * 1000

/** A new empty directory under `temporary`. */
export function makeTemporary(temporary: string): string {
  const directory = temporaryName(temporary)
  mkdirSync(directory, { mode: 0o700 })
  return directory
}

/** A name under `temporary` that nothing has. */
export function temporaryName(temporary: string): string {
  return path.join(temporary, `${ownName}-${randomBytes(8).toString('hex')}`)
}

/** Removes what processes that are gone have left. That of other hosts, which cannot be asked, goes after a day. */
export function sweepTemporary(temporary: string): void {
  for (const name of readdirSync(temporary)) {
    const leftover = path.join(temporary, name)
    if (isAbandoned(name, leftover)) removeTemporary(leftover)
  }
}

/** Removes what is not needed any more. It harms nobody where it stays: the next process tries again. */
export function removeTemporary(leftover: string): void {
  try {
    rmSync(leftover, { recursive: true, force: true, maxRetries: 2 })
  } catch (error) {
    debug('%s cannot be removed: %s', leftover, (error as Error).message)
  }
}

function isAbandoned(name: string, leftover: string): boolean {
  const owner = stateOfOwner(name)
  if (owner !== 'unknown') return owner === 'gone'
  const stat = statSync(leftover, { throwIfNoEntry: false })
  return stat !== undefined && Date.now() - stat.mtimeMs > maximumAgeMs
}
