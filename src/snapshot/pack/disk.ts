/**
 * Reads the sender's disk and remembers what it read, so that packing again costs one stat a file.
 *
 * A stamp has nanoseconds and the inode, because milliseconds and size miss back-to-back edits; a file touched within the
 * file system's clock tick of being read may change again without a new stamp, so it is read again next time.
 */
import { lstatSync, readdirSync, readFileSync, statSync, type BigIntStats, type Dirent } from 'node:fs'
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

const absent = 'absent'
const clockTickNs = 50_000_000n

export class Disk {
  readonly #files = new Map<string, Known>()
  #watch: Watch = new Map()
  #isSettled = true

  /** Starts to record what is looked at; `watched` gives the record. */
  startWatch(): void {
    this.#watch = new Map()
    this.#isSettled = true
  }

  /** What was looked at since startWatch; undefined when something was too young for its stamp to be trusted. */
  watched(): Watch | undefined {
    return this.#isSettled ? this.#watch : undefined
  }

  /** True when nothing in `watch` has changed. */
  isUnchanged(watch: Watch): boolean {
    for (const [path, stamp] of watch) if (stampOf(path) !== stamp) return false
    return true
  }

  /** Records that the answer depends on `path`, whether it exists or not. */
  note(path: string): void {
    if (!this.#watch.has(path)) this.#record(path, statSync(path, { bigint: true, throwIfNoEntry: false }))
  }

  read(file: string): SourceFile {
    const stat = statSync(file, { bigint: true })
    this.#record(file, stat)
    const stamp = formatStamp(stat)
    const known = this.#files.get(file)
    if (known?.stamp === stamp && known.isSettled) return known.source
    const content = readFileSync(file)
    const isSettled = isOld(stat)
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
    return readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  isFile(path: string): boolean {
    this.note(path)
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
  }

  isDirectory(path: string): boolean {
    this.note(path)
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
  }

  #record(path: string, stat: BigIntStats | undefined): void {
    this.#watch.set(path, stat ? formatStamp(stat) : absent)
    if (stat && !isOld(stat)) this.#isSettled = false
  }
}

function stampOf(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat ? formatStamp(stat) : absent
}

function formatStamp(stat: BigIntStats): string {
  return `${stat.dev} ${stat.ino} ${stat.mode} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`
}

function isOld(stat: BigIntStats): boolean {
  const youngest = stat.mtimeNs > stat.ctimeNs ? stat.mtimeNs : stat.ctimeNs
  return BigInt(Date.now()) * 1_000_000n - youngest > clockTickNs
}

/** The bytes of a file, and whether its owner may execute it. */
export function sizeAndMode(file: string): { sizeBytes: number; mode: '100644' | '100755' } {
  const stat = lstatSync(file)
  return { sizeBytes: stat.size, mode: (stat.mode & 0o100) === 0 ? '100644' : '100755' }
}
