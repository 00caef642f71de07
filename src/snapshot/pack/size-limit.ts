/**
 * The limit of what ships from a project. Over it, the error names the largest files, which nobody meant to ship.
 */
import { ModulePickleError } from '../../errors.ts'
import type { Disk } from './disk.ts'
import { posixRelative } from './project.ts'

const namedFiles = 5

/** @throws ModulePickleError ERR_SNAPSHOT_TOO_LARGE where `files` hold more than `limitBytes` */
export function checkSize(root: string, disk: Disk, files: Iterable<string>, limitBytes: number): void {
  const sizes = [...files].map(file => ({ file, sizeBytes: disk.sizeBytes(file) }))
  const total = sizes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  if (total <= limitBytes) return
  const largest = sizes.sort((a, b) => b.sizeBytes - a.sizeBytes).slice(0, namedFiles)
  const lines = largest.map(({ file, sizeBytes }) => `  ${formatSize(sizeBytes)}  ${posixRelative(root, file)}`)
  throw new ModulePickleError(
    'ERR_SNAPSHOT_TOO_LARGE',
    `The packages that would ship from ${root} hold ${formatSize(total)}, over the limit of ${formatSize(limitBytes)}. The largest files:\n${lines.join('\n')}\nIgnore what the code does not need in .gitignore or in "modulepickle": { "exclude": […] } of package.json.`,
  )
}

function formatSize(sizeBytes: number): string {
  return sizeBytes < 100_000 ? `${sizeBytes} bytes` : `${(sizeBytes / 1e6).toFixed(1)} MB`
}
