/**
 * Tells whether a directory is still as it was written: all in it carries a modification time that only `seal` gives, and
 * whatever is written, added, removed or renamed later gets another.
 *
 * Compares times and sizes, so it costs one lstat a file. It notices what code does to its own files, not an owner who sets
 * times back on purpose.
 */
import { lstatSync, readdirSync, utimesSync, type Stats } from 'node:fs'
import path from 'node:path'

/** 1980-01-01, where the times of archives begin. */
const sealSeconds = 315_532_800
/** Keeps the times below 2038, the end of time for some file systems. */
const sizeModulus = 2 ** 29

/** Seals `directory` and all in it, except links: they cannot change, and to replace one changes its directory. */
export function seal(directory: string): void {
  for (const file of filesBelow(directory)) {
    const seconds = sealOf(lstatSync(file))
    utimesSync(file, seconds, seconds)
  }
}

/** True when nothing in `directory` has changed since it was sealed; false also where it is not there, or not readable. */
export function isSealed(directory: string): boolean {
  try {
    for (const file of filesBelow(directory)) {
      const stat = lstatSync(file)
      if (stat.mtimeMs !== sealOf(stat) * 1000) return false
    }
    return true
  } catch {
    return false
  }
}

/** The time also tells a file's size: one that lost its end when the power failed is found. Even, as FAT needs it. */
function sealOf(stat: Stats): number {
  return stat.isDirectory() ? sealSeconds : sealSeconds + 2 * (stat.size % sizeModulus)
}

function* filesBelow(directory: string): Generator<string> {
  const open = [directory]
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    yield current
    for (const entry of readdirSync(current, { withFileTypes: true })) {
      const file = path.join(current, entry.name)
      if (entry.isDirectory()) open.push(file)
      else if (!entry.isSymbolicLink()) yield file
    }
  }
}
