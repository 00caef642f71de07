/**
 * What is in a directory of the cache, which may be gone, or was never made.
 */
import { readdirSync } from 'node:fs'

/** Names; none where there is no such directory. */
export function listDirectory(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
