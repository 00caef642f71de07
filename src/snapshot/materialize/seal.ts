/**
 * Tells whether a directory is still as it was written, at one lstat a file: a seal holds a digest of what is in the directory,
 * by number, mode, size and times of each file.
 *
 * Nobody can set the time of a file's last change (ctime) to what it was, so whatever is written, cut, replaced, added, removed or
 * renamed shows, also with its modification time put back. What the disk itself spoils does not: a seal ends with the system's
 * run. A seal that does not fit says nothing yet, because further names of a file change its ctime, too: contents decide then.
 */
import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { debuglog } from 'node:util'

/** Shown with NODE_DEBUG=modulepickle-materialize. */
const debug = debuglog('modulepickle-materialize')

interface Seal {
  /** Which run of the system it was made in; '' where that cannot be known. */
  readonly boot: string
  readonly digest: string
  /** What the directory takes on the disk beyond the objects that its files are other names of. */
  readonly ownBytes: number
}

/** The seal of `directory` as it is now, so to be taken before anybody else sees it. */
export function makeSeal(directory: string, ownBytes: number): Seal {
  return { boot, digest: digestOf(directory), ownBytes }
}

/** Keeps `seal` in `file`. Without it contents are compared again, so a cache that cannot be written does no harm. */
export function writeSeal(file: string, seal: Seal, draft: string): void {
  try {
    writeFileSync(draft, JSON.stringify(seal), { flag: 'wx', mode: 0o600 })
    renameSync(draft, file)
  } catch (error) {
    debug('%s cannot be written: %s', file, (error as Error).message)
    rmSync(draft, { force: true })
  }
}

/** The seal in `file`; undefined where there is none that makes sense. */
export function readSeal(file: string): Seal | undefined {
  try {
    const { boot: run, digest, ownBytes } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    if (typeof run !== 'string' || typeof digest !== 'string' || typeof ownBytes !== 'number') return undefined
    return { boot: run, digest, ownBytes }
  } catch {
    return undefined
  }
}

/** True when nothing in `directory` has changed since `seal` was made; false also where that cannot be known. */
export function isSealed(directory: string, seal: Seal | undefined): boolean {
  if (seal === undefined || boot === '' || seal.boot !== boot) return false
  try {
    return digestOf(directory) === seal.digest
  } catch {
    return false
  }
}

/** Links and directories count by what they are, because an entry cannot change without a new number or ctime. */
function digestOf(directory: string): string {
  const hash = createHash('sha256')
  const open = ['']
  for (let parent = open.pop(); parent !== undefined; parent = open.pop()) {
    for (const entry of readdirSync(path.join(directory, parent), { withFileTypes: true }).sort(byName)) {
      const relative = path.join(parent, entry.name)
      if (entry.isDirectory()) open.push(relative)
      hash.update(
        JSON.stringify([relative, entry.isDirectory() ? 'directory' : stampOf(path.join(directory, relative))]),
      )
    }
  }
  return hash.digest('hex')
}

function stampOf(file: string): string {
  const { mode, ino, size, mtimeMs, ctimeMs } = lstatSync(file)
  return `${mode} ${ino} ${size} ${mtimeMs} ${ctimeMs}`
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name === b.name ? 0 : 1
}

const boot = readBoot()

/** Linux tells each run from the others; elsewhere contents are compared whenever a process first uses a directory. */
function readBoot(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    return ''
  }
}
