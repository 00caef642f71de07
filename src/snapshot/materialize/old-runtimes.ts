/**
 * Removes what workers of other versions of this package, or of other copies of it, have left: `runtime/<hash>`, the package that shipped
 * code gets as `modulepickle`. A worker pins its own before it looks whether that is there, and writes it where it is not.
 */
import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import type { CacheDirectory } from './cache-directory.ts'
import { readPins } from './pins.ts'
import { tryRename } from './rename.ts'
import { removeTemporary, temporaryName } from './temporary.ts'

/** What pins call the runtime `hash`. */
export function runtimeName(hash: string): string {
  return `runtime/${hash}`
}

/** Those that are no younger than `minimumAgeMs`, and that no live process uses. */
export function removeOldRuntimes(cache: CacheDirectory, minimumAgeMs: number): void {
  for (const hash of listRuntimes(cache)) {
    const directory = path.join(cache.root, 'runtime', hash)
    const stat = statSync(directory, { throwIfNoEntry: false })
    if (!stat || Date.now() - stat.mtimeMs < minimumAgeMs || readPins(cache.pins, false).has(runtimeName(hash)))
      continue
    const place = temporaryName(cache.temporary)
    if (!tryRename(directory, place)) continue
    // One that has been pinned meanwhile goes back, unless it has been written anew.
    if (!readPins(cache.pins, false).has(runtimeName(hash)) || !tryRename(place, directory)) removeTemporary(place)
  }
}

function listRuntimes({ root }: CacheDirectory): string[] {
  try {
    return readdirSync(path.join(root, 'runtime'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
