/**
 * What one look at a path tells, and whether a second look would notice every change since.
 *
 * Milliseconds with their fraction, not whole ones: those miss back-to-back edits. Doubles hold a present-day time to a quarter
 * of a microsecond, less than a write takes, and cost half of what bigints do.
 */
import { statSync, type Stats } from 'node:fs'

type PathKind = 'file' | 'directory' | 'other' | 'absent'

export interface Stamp {
  readonly kind: PathKind
  readonly device: number
  readonly inode: number
  readonly mode: number
  readonly sizeBytes: number
  readonly modifiedMs: number
  readonly changedMs: number
}

/** The tick of the clocks that stamp files, with a margin; and that of file systems that keep only seconds, as FAT does. */
const clockTickMs = 50
const coarseTickMs = 2_100
const quiet = { throwIfNoEntry: false } as const
const absent: Stamp = { kind: 'absent', device: 0, inode: 0, mode: 0, sizeBytes: 0, modifiedMs: 0, changedMs: 0 }

/** Links are followed. What may not be looked at counts as absent. */
export function stampOf(path: string): Stamp {
  const stat = lookAt(path)
  if (stat === undefined) return absent
  return {
    kind: kindOf(stat),
    device: stat.dev,
    inode: stat.ino,
    mode: stat.mode,
    sizeBytes: stat.size,
    modifiedMs: stat.mtimeMs,
    changedMs: stat.ctimeMs,
  }
}

/** As comparing with a new stamp, without making one. */
export function isStill(path: string, stamp: Stamp): boolean {
  const stat = lookAt(path)
  if (stat === undefined) return stamp.kind === 'absent'
  return (
    stat.mtimeMs === stamp.modifiedMs &&
    stat.ctimeMs === stamp.changedMs &&
    stat.ino === stamp.inode &&
    stat.size === stamp.sizeBytes &&
    stat.mode === stamp.mode &&
    stat.dev === stamp.device
  )
}

/** False for what was touched so recently that it may change again without another stamp. */
export function isSettled({ modifiedMs, changedMs }: Stamp): boolean {
  const youngestMs = Math.max(modifiedMs, changedMs)
  const tickMs = youngestMs % 1000 === 0 ? coarseTickMs : clockTickMs
  return Date.now() - youngestMs > tickMs
}

function lookAt(path: string): Stats | undefined {
  try {
    return statSync(path, quiet)
  } catch {
    return undefined
  }
}

function kindOf(stat: Stats): PathKind {
  if (stat.isFile()) return 'file'
  return stat.isDirectory() ? 'directory' : 'other'
}
