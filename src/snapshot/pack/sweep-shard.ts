/**
 * Keeps one directory of the cache of compiled files from growing without end.
 */
import { readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'

/** Of 256 directories, each. */
const defaultMaximumBytes = 2 * 1024 * 1024
const maximumAgeMs = 30 * 24 * 60 * 60 * 1000

/** Removes the files that are old, then the oldest until the rest fits. Another process may do the same at the same time. */
export function sweepShard(directory: string, maximumBytes = defaultMaximumBytes): void {
  const files = readdirSync(directory).map(name => path.join(directory, name))
  const entries = files.flatMap(file => {
    const stat = statSync(file, { throwIfNoEntry: false })
    return stat ? [{ file, sizeBytes: stat.size, modifiedMs: stat.mtimeMs }] : []
  })
  let keptBytes = 0
  for (const { file, sizeBytes, modifiedMs } of entries.sort((a, b) => b.modifiedMs - a.modifiedMs)) {
    keptBytes += sizeBytes
    if (keptBytes > maximumBytes || Date.now() - modifiedMs > maximumAgeMs) rmSync(file, { force: true })
  }
}
