/**
 * The private directory that holds everything a receiver keeps: found, made and checked before it is used.
 *
 * Code is run from it, so it must belong to this user and nobody else may write there. Layout: `objects/ab/cdef…`,
 * `snapshots/<id>/<bound packages>/…`, `seals/<id>-<bound packages>`, `pins/<process>`, `stamps/<hash>`, `runtime/<hash>/…`,
 * `tmp/<process>-<random>/`; and a `.gitignore` over all of it, so that a cache inside a project is no part of the project.
 */
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import { ModulePickleError } from '../../errors.ts'

/** Real paths. All exist, belong to this user and are closed to others. */
export interface CacheDirectory {
  readonly root: string
  readonly objects: string
  readonly snapshots: string
  readonly seals: string
  readonly pins: string
  /** What is known of installed packages elsewhere. */
  readonly stamps: string
  readonly temporary: string
}

/**
 * Opens `directory`, or the default: $MODULEPICKLE_CACHE, else $XDG_CACHE_HOME/modulepickle, else ~/.cache/modulepickle,
 * else, where that cannot be written, a directory of this user under the system's temporary one.
 * @throws ModulePickleError ERR_CACHE_UNSAFE
 */
export function openCacheDirectory(directory?: string): CacheDirectory {
  const chosen = chosenRoot(directory)
  const root = makePrivate(chosen ?? defaultRoots().find(canWrite) ?? temporaryRoot())
  ignoreAll(root)
  return directoriesOf(root, makePrivate)
}

/**
 * The directory that `openCacheDirectory` opens, for who only looks: nothing is made or changed, so any of it may be missing.
 * @throws ModulePickleError ERR_CACHE_UNSAFE where it is no directory
 */
export function findCacheDirectory(directory?: string): CacheDirectory {
  const roots = [...defaultRoots(), temporaryRoot()]
  const there = roots.filter(root => existsSync(root))
  const root = chosenRoot(directory) ?? there.find(isWritable) ?? there[0] ?? roots[0]!
  if (existsSync(root) && !statSync(root).isDirectory()) throw unsafe(root, 'is not a directory')
  return directoriesOf(root, place => place)
}

function directoriesOf(root: string, place: (directory: string) => string): CacheDirectory {
  return {
    root,
    objects: place(path.join(root, 'objects')),
    snapshots: place(path.join(root, 'snapshots')),
    seals: place(path.join(root, 'seals')),
    pins: place(path.join(root, 'pins')),
    stamps: place(path.join(root, 'stamps')),
    temporary: place(path.join(root, 'tmp')),
  }
}

function chosenRoot(directory = process.env['MODULEPICKLE_CACHE']): string | undefined {
  return directory ? path.resolve(directory) : undefined
}

/** At most one: there may be no home. */
function defaultRoots(): string[] {
  const base = process.env['XDG_CACHE_HOME'] || (hasHome() ? path.join(homedir(), '.cache') : undefined)
  return base !== undefined && path.isAbsolute(base) ? [path.join(base, 'modulepickle')] : []
}

function temporaryRoot(): string {
  return path.join(tmpdir(), `modulepickle-${process.getuid ? process.getuid() : 'user'}`)
}

/** A user id without an entry in the user database, as containers often have, has no home. */
function hasHome(): boolean {
  try {
    return homedir() !== ''
  } catch {
    return false
  }
}

/** Makes it, if it can. */
function canWrite(directory: string): boolean {
  try {
    makeDirectories(directory)
    return isWritable(directory)
  } catch {
    return false
  }
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** What snapshots and git leave out. A directory that holds something else already is not ours alone. */
function ignoreAll(root: string): void {
  const file = path.join(root, '.gitignore')
  if (existsSync(file) || readdirSync(root).length > 0) return
  try {
    writeFileSync(file, '*\n', { flag: 'wx', mode: 0o600 })
  } catch {
    // Another process was faster, or the disk takes nothing: who needs to write there says so.
  }
}

/** As mkdir's `recursive`, which in Node never returns for a path below /proc. */
function makeDirectories(directory: string): void {
  if (existsSync(directory)) return
  makeDirectories(path.dirname(directory))
  try {
    mkdirSync(directory, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

function makePrivate(directory: string): string {
  try {
    makeDirectories(directory)
    const real = realpathSync(directory)
    checkOwner(real)
    return real
  } catch (error) {
    if (error instanceof ModulePickleError) throw error
    throw unsafe(directory, `cannot be created (${(error as Error).message})`, error)
  }
}

function checkOwner(directory: string): void {
  const stat = lstatSync(directory)
  if (!stat.isDirectory()) throw unsafe(directory, 'is not a directory')
  if (!process.getuid) return
  const user = process.getuid()
  if (stat.uid !== user) throw unsafe(directory, `belongs to user ${stat.uid}, and this process runs as ${user}`)
  if ((stat.mode & 0o022) !== 0) throw unsafe(directory, `can be written by others (mode ${octal(stat.mode)})`)
  if ((stat.mode & 0o077) !== 0) chmodSync(directory, 0o700)
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8)
}

function unsafe(directory: string, why: string, cause?: unknown): ModulePickleError {
  return new ModulePickleError(
    'ERR_CACHE_UNSAFE',
    `The cache directory ${directory} ${why}. Name a directory that only this user can write in MODULEPICKLE_CACHE.`,
    { cause },
  )
}
