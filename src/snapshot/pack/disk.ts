/**
 * The sender's disk as packing has seen it: each path is looked at once, and `refresh` tells what has changed since.
 *
 * Two kinds of change: of the content of files that only ship, and of the structure, which is everything else that an answer
 * depended on (what exists, listings, configuration, where links lead). After a change of structure nothing is known any more
 * except contents whose stamps are still the same.
 */
import { readdirSync, readFileSync, readlinkSync, realpathSync, type Dirent } from 'node:fs'
import path from 'node:path'
import type { FileView } from '../../cloudpickle/source/file-view.ts'
import { parsePackageJson, type PackageJson } from '../../cloudpickle/source/package-json.ts'
import { ModulePickleError } from '../../errors.ts'
import { objectId } from '../objects/object-id.ts'
import type { ObjectId } from '../objects/snapshot.ts'
import { isPickleWithCode } from './pickle-head.ts'
import { isSettled, isStill, stampOf, type Stamp } from './stamp.ts'

/** A file as read: the same object as long as the content is the same, so it can key what was derived from it. */
export interface SourceFile {
  readonly file: string
  readonly content: Buffer
  readonly id: ObjectId
}

interface DirectoryEntry {
  readonly name: string
  readonly kind: 'file' | 'directory' | 'link' | 'other'
  /** Where a link leads, as written in it. */
  readonly target?: string
}

/** What is known of one path. */
interface Known {
  readonly path: string
  stamp: Stamp
  /** Whether another stamp will show every later change. */
  isSettled: boolean
  source?: SourceFile
  /** Its content decides what ships. */
  isConfiguration?: boolean
  json?: PackageJson
  listing?: readonly DirectoryEntry[]
  realPath?: string
  isPickleWithCode?: boolean
}

/** Files whose contents changed, or that more than contents did. */
type Changes = ReadonlySet<string> | 'structure'

/** Files that come and go would fill it for ever. */
const maximumBefore = 100_000

export class Disk implements FileView {
  #known = new Map<string, Known>()
  /** From before changes of structure: contents may still be the same. */
  readonly #before = new Map<string, Known>()
  /** What `refresh` looks at; undefined when paths have been added since. */
  #watched: readonly Known[] | undefined

  /** Looks again at everything that answers depended on, and only there. */
  refresh(): Changes {
    const changed = new Set<string>()
    this.#watched ??= [...this.#known.values()].filter(known => !this.#isListed(known))
    for (const known of this.#watched) {
      if (known.isSettled && isStill(known.path, known.stamp)) continue
      const change = this.#update(known)
      if (change === 'structure') {
        this.forget()
        return 'structure'
      }
      if (change === 'content') changed.add(known.path)
    }
    return changed
  }

  /** From now on everything is looked at anew. */
  forget(): void {
    if (this.#before.size > maximumBefore) this.#before.clear()
    for (const [path, known] of this.#known) if (known.source) this.#before.set(path, known)
    this.#known = new Map()
    this.#watched = undefined
  }

  isFile(path: string): boolean {
    return this.#look(path).stamp.kind === 'file'
  }

  isDirectory(path: string): boolean {
    return this.#look(path).stamp.kind === 'directory'
  }

  sizeBytes(file: string): number {
    return this.#look(file).stamp.sizeBytes
  }

  modifiedMs(file: string): number {
    return this.#look(file).stamp.modifiedMs
  }

  /** As git sees a file: only whether its owner may execute it counts. */
  modeOf(file: string): '100644' | '100755' {
    return (this.#look(file).stamp.mode & 0o100) === 0 ? '100644' : '100755'
  }

  realPath(path: string): string {
    const known = this.#look(path)
    return (known.realPath ??= realpathSync.native(path))
  }

  /** @throws ModulePickleError ERR_MODULE_UNREADABLE */
  read(file: string): SourceFile {
    const known = this.#look(file)
    return (known.source ??= this.#readAgain(known, this.#before.get(file)))
  }

  /** The text of a file that decides what ships. */
  readText(file: string): string {
    this.#look(file).isConfiguration = true
    return this.read(file).content.toString('utf8')
  }

  readonly packageJson = (directory: string): PackageJson | undefined => {
    const file = path.join(directory, 'package.json')
    const known = this.#look(file)
    if (known.stamp.kind !== 'file') return undefined
    return (known.json ??= parsePackageJson(this.readText(file), file))
  }

  /** Whether the file is a pickle that refers to modules, as its first bytes tell. */
  isPickleWithCode(file: string): boolean {
    const known = this.#look(file)
    return (known.isPickleWithCode ??= attempt(file, () => isPickleWithCode(file)))
  }

  /** Entries of a directory by name. */
  list(directory: string): readonly DirectoryEntry[] {
    const known = this.#look(directory)
    if (known.listing) return known.listing
    this.#watched = undefined
    return (known.listing = listNow(directory))
  }

  #look(path: string): Known {
    const found = this.#known.get(path)
    if (found) return found
    const stamp = stampOf(path)
    const known = { path, stamp, isSettled: isSettled(stamp) }
    this.#known.set(path, known)
    this.#watched = undefined
    return known
  }

  /** The listing of a directory tells that something is not in it. */
  #isListed({ path: file, stamp }: Known): boolean {
    return stamp.kind === 'absent' && this.#known.get(path.dirname(file))?.listing !== undefined
  }

  #readAgain({ path: file, stamp }: Known, before: Known | undefined): SourceFile {
    if (before?.source && before.isSettled && isSame(before.stamp, stamp)) return before.source
    const content = attempt(file, () => readFileSync(file))
    if (before?.source?.content.equals(content)) return before.source
    return { file, content, id: objectId('blob', content) }
  }

  /** Brings `known` up to date, except when the structure changed. */
  #update(known: Known): 'structure' | 'content' | 'nothing' {
    const { path: file, stamp: old } = known
    const stamp = stampOf(file)
    if (stamp.kind !== old.kind) return 'structure'
    const isOther = stamp.inode !== old.inode || stamp.device !== old.device
    const isReached = known.realPath === file || (known.realPath === undefined && stamp.kind !== 'directory')
    if (isOther && !isReached) return 'structure'
    known.stamp = stamp
    known.isSettled = isSettled(stamp)
    try {
      if (known.listing && !isSameListing(known.listing, listNow(file))) return 'structure'
      if (known.isPickleWithCode !== undefined && known.isPickleWithCode !== isPickleWithCode(file)) return 'structure'
      if (!known.source) return 'nothing'
      const source = this.#readAgain(known, { ...known, isSettled: false })
      if (source === known.source) return stamp.mode === old.mode ? 'nothing' : 'content'
      known.source = source
      return known.isConfiguration ? 'structure' : 'content'
    } catch {
      // What cannot be read any more is told when it is packed.
      return 'structure'
    }
  }
}

function isSame(a: Stamp, b: Stamp): boolean {
  return (
    a.kind === b.kind &&
    a.modifiedMs === b.modifiedMs &&
    a.changedMs === b.changedMs &&
    a.inode === b.inode &&
    a.sizeBytes === b.sizeBytes &&
    a.device === b.device
  )
}

function listNow(directory: string): DirectoryEntry[] {
  const entries = attempt(directory, () => readdirSync(directory, { withFileTypes: true }))
  return entries.map(entry => describe(directory, entry)).sort((a, b) => (a.name < b.name ? -1 : 1))
}

function describe(directory: string, entry: Dirent): DirectoryEntry {
  const { name } = entry
  if (entry.isFile()) return { name, kind: 'file' }
  if (entry.isDirectory()) return { name, kind: 'directory' }
  if (!entry.isSymbolicLink()) return { name, kind: 'other' }
  const link = path.join(directory, name)
  return { name, kind: 'link', target: attempt(link, () => readlinkSync(link)) }
}

function isSameListing(a: readonly DirectoryEntry[], b: readonly DirectoryEntry[]): boolean {
  return (
    a.length === b.length &&
    a.every((entry, index) => {
      const other = b[index]
      return entry.name === other?.name && entry.kind === other.kind && entry.target === other.target
    })
  )
}

function attempt<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new ModulePickleError(
      'ERR_MODULE_UNREADABLE',
      `${path} cannot be read: ${(error as Error).message}. Correct its permissions, or exclude it in "modulepickle": { "exclude": […] } of package.json.`,
      { cause: error },
    )
  }
}

/** True for the error of a file or directory that was removed between being found and being read. */
export function isVanished(error: unknown): boolean {
  return error instanceof ModulePickleError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
}
