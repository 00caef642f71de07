/**
 * The empty directory that a local worker starts in: private, removed when the worker has ended or this process exits.
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

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

export function removeScratchDirectory(directory: string): void {
  inUse.delete(directory)
  rmSync(directory, { recursive: true, force: true })
}

function removeAll(): void {
  for (const directory of inUse) removeScratchDirectory(directory)
}
