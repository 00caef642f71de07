/**
 * The real path of a file that may not be there.
 */
import { realpathSync } from 'node:fs'

export function realFile(file: string): string | undefined {
  try {
    return realpathSync.native(file)
  } catch {
    return undefined
  }
}
