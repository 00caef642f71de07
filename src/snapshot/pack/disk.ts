/**
 * Reads the sender's disk and remembers what it read, so that packing again costs one stat a file.
 *
 * A stamp has nanoseconds and the inode, because milliseconds and size miss back-to-back edits; a file touched within the
 * file system's clock tick of being read may change again without a new stamp, so it is read again next time.
 */
import { readdirSync, readFileSync, statSync, type BigIntStats, type Dirent } from 'node:fs'
import { ModulePickleError } from '../../errors.ts'
import { objectId } from '../objects/object-id.ts'
import type { ObjectId } from '../objects/snapshot.ts'

/** A file as read: the same object as long as the content is the same, so it can key what was derived from it. */
export interface SourceFile {
  readonly file: string
  readonly content: Buffer
  readonly id: ObjectId
}

interface Known {
  stamp: string
  isSettled: boolean
  readonly source: SourceFile
}

/** Paths that an answer depended on, with their stamps at that time. */
export type Watch = Map<string, string>

const clockTickNs = 50_000_000n

export class Disk {
  readonly #files = new Map<string, Known>()
  /** One look at each path in a pass, so that all of a pass sees the same state. */
  #stats = new Map<string, BigIntStats | undefined>()
  #isSettled = true

  /** Begins a pass: paths are looked at anew, and `watched` will tell which. */
  startPass(): void {
    this.#stats = new Map()
    this.#isSettled = true
  }

  /** What the pass looked at; undefined when something was too young for its stamp to be trusted. */
  watched(): Watch | undefined {
    if (!this.#isSettled) return undefined
    return new Map([...this.#stats].map(([path, stat]) => [path, formatStamp(stat)]))
  }

  /** True when nothing in `watch` has changed. */
  isUnchanged(watch: Watch): boolean {
    for (const [path, stamp] of watch) if (formatStamp(look(path)) !== stamp) return false
    return true
  }

  /** Records that the answer depends on `path`, whether it exists or not. */
  note(path: string): BigIntStats | undefined {
    if (this.#stats.has(path)) return this.#stats.get(path)
    const stat = look(path)
    this.#stats.set(path, stat)
    if (stat && !isOld(stat)) this.#isSettled = false
    return stat
  }

  read(file: string): SourceFile {
    const stat = this.note(file)
    const stamp = formatStamp(stat)
    const known = this.#files.get(file)
    if (known?.stamp === stamp && known.isSettled) return known.source
    const content = attempt(file, () => readFileSync(file))
    const isSettled = stat !== undefined && isOld(stat)
    if (known?.source.content.equals(content)) {
      known.stamp = stamp
      known.isSettled = isSettled
      return known.source
    }
    const source = { file, content, id: objectId('blob', content) }
    this.#files.set(file, { stamp, isSettled, source })
    return source
  }

  readText(file: string): string {
    return this.read(file).content.toString('utf8')
  }

  /** Entries of a directory by name. */
  list(directory: string): Dirent[] {
    this.note(directory)
    const entries = attempt(directory, () => readdirSync(directory, { withFileTypes: true }))
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  isFile(path: string): boolean {
    return this.note(path)?.isFile() ?? false
  }

  isDirectory(path: string): boolean {
    return this.note(path)?.isDirectory() ?? false
  }

  sizeBytes(file: string): number {
    return Number(this.note(file)?.size ?? 0n)
  }

  /** As git sees a file: only whether its owner may execute it counts. */
  modeOf(file: string): '100644' | '100755' {
    return ((this.note(file)?.mode ?? 0n) & 0o100n) === 0n ? '100644' : '100755'
  }
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

function look(path: string): BigIntStats | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })
}

function formatStamp(stat: BigIntStats | undefined): string {
  if (stat === undefined) return 'absent'
  return `${stat.dev} ${stat.ino} ${stat.mode} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`
}

function isOld(stat: BigIntStats): boolean {
  const youngest = stat.mtimeNs > stat.ctimeNs ? stat.mtimeNs : stat.ctimeNs
  return BigInt(Date.now()) * 1_000_000n - youngest > clockTickNs
}
