/**
 * Renames that show what was prepared in the cache, or take it out of sight: each is one step that happens whole or not at all.
 */
import { mkdirSync, renameSync } from 'node:fs'
import path from 'node:path'
import { debuglog } from 'node:util'

/** Shown with NODE_DEBUG=modulepickle-materialize. */
const debug = debuglog('modulepickle-materialize')

/** False, and nothing changed, where somebody else was faster or the system forbids it. */
export function tryRename(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    debug('%s stays: %s', from, (error as Error).message)
    return false
  }
}

/** Makes the directory of `to` where it is missing: to ask beforehand would cost as much as the rename. */
export function renameMakingDirectory(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    mkdirSync(path.dirname(to), { recursive: true, mode: 0o700 })
    renameSync(from, to)
  }
}
