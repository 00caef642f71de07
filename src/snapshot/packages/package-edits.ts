/**
 * How often files of installed packages were written where they lie, which no package.json shows.
 *
 * Input: directories of packages that are used in place. Output: a count that grows. Every file that code could read is looked at,
 * but not at every call: looking takes at most a fiftieth of the time, and never waits for longer than a second. When a directory is
 * first asked for nothing is looked at: what was changed after that shows in the time of its change.
 */
import { hash } from 'node:crypto'
import { readdirSync, readFileSync, statSync, type Dirent } from 'node:fs'
import path from 'node:path'

/** A file or a directory as it was when it was looked at. */
interface Seen {
  /** When it was last changed. */
  changedMs: number
  /** A digest, of a file that was so young that it could change again at the same time. */
  content?: string | undefined
}

interface Watched {
  /** What was changed later than this was changed when somebody may have loaded it. */
  readonly sinceMs: number
  /** By path, once it was looked at. */
  seen: ReadonlyMap<string, Seen> | undefined
  edits: number
  dueMs: number
}

const maximumPauseMs = 1000
const costShare = 50
/** The tick of the clocks that stamp files, with a margin. */
const clockTickMs = 50
const readByNoCode = /\.(?:d\.[cm]?ts|map|md|flow)$/i
const quiet = { throwIfNoEntry: false } as const

export class PackageEdits {
  readonly #watched = new Map<string, Watched>()

  /** Looks at `directories` where that is due. */
  look(directories: Iterable<string>): void {
    const begunMs = performance.now()
    const looked: Watched[] = []
    for (const directory of directories) {
      const watched = this.#watched.get(directory)
      if (!watched) this.#watched.set(directory, newlyWatched())
      else if (watched.dueMs <= begunMs) {
        lookAt(directory, watched)
        looked.push(watched)
      }
    }
    const nowMs = performance.now()
    const pauseMs = Math.min(maximumPauseMs, (nowMs - begunMs) * costShare)
    for (const watched of looked) watched.dueMs = nowMs + pauseMs
  }

  /** How many edits of the package in `directory` have been seen. */
  editsOf(directory: string): number {
    return this.#watched.get(directory)?.edits ?? 0
  }
}

function newlyWatched(): Watched {
  const dueMs = performance.now() + maximumPauseMs
  return { sinceMs: Date.now() - clockTickMs, seen: undefined, edits: 0, dueMs }
}

function lookAt(directory: string, watched: Watched): void {
  const { seen, sinceMs } = watched
  if (seen && isStill(seen)) return
  watched.seen = see(directory)
  if (seen || [...watched.seen.values()].some(({ changedMs }) => changedMs > sinceMs)) watched.edits++
}

/** What is new shows in the directory that lists it. */
function isStill(seen: ReadonlyMap<string, Seen>): boolean {
  for (const [file, known] of seen) {
    if (statSync(file, quiet)?.ctimeMs !== known.changedMs) return false
    if (known.content === undefined) continue
    if (known.content !== digestOf(file)) return false
    if (!isYoung(known.changedMs)) known.content = undefined
  }
  return true
}

/** All of the package, but not of those nested in it. */
function see(directory: string): Map<string, Seen> {
  const seen = new Map<string, Seen>()
  const note = (file: string, isFile: boolean): void => {
    const changedMs = statSync(file, quiet)?.ctimeMs
    if (changedMs === undefined) return
    seen.set(file, isFile && isYoung(changedMs) ? { changedMs, content: digestOf(file) } : { changedMs })
  }
  const open = [directory]
  for (let inside = open.pop(); inside !== undefined; inside = open.pop()) {
    note(inside, false)
    for (const entry of entriesOf(inside)) {
      if (entry.name === 'node_modules' || entry.name === '.git') continue
      const file = path.join(inside, entry.name)
      if (entry.isDirectory()) open.push(file)
      else if (!readByNoCode.test(entry.name)) note(file, true)
    }
  }
  return seen
}

function isYoung(changedMs: number): boolean {
  return Date.now() - changedMs < clockTickMs
}

/** Empty for what is not there any more, or cannot be read. */
function digestOf(file: string): string {
  try {
    return hash('sha256', readFileSync(file))
  } catch {
    return ''
  }
}

/** A directory that has gone, or may not be read, tells nothing. */
function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
  } catch {
    return []
  }
}
