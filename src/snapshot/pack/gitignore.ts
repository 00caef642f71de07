/**
 * The language of `.gitignore`: lines in, and for a path the verdict of the last one that speaks about it.
 *
 * After git's `dir.c`. Patterns speak about paths relative to the directory of their file.
 */
import { wildmatch } from './wildmatch.ts'

interface Pattern {
  /** Bytes. */
  readonly text: string
  /** As written. */
  readonly line: string
  readonly isNegated: boolean
  readonly onlyDirectories: boolean
  /** Without a slash it speaks about names, at any depth. */
  readonly isName: boolean
}

/** Whether a path is ignored, and by which line. */
interface Verdict {
  readonly isIgnored: boolean
  readonly line: string
}

export class GitIgnore {
  readonly #patterns: readonly Pattern[]

  constructor(text: string) {
    const lines = text.replace(/^\ufeff/, '').split('\n')
    this.#patterns = lines.flatMap(line => parseLine(line.replace(/\r$/, ''))).reverse()
  }

  get isEmpty(): boolean {
    return this.#patterns.length === 0
  }

  /** `relative` is below the directory of the file, with `/`; its own directories are not ignored. */
  verdictOn(relative: string, isDirectory: boolean): Verdict | undefined {
    const path = bytesOf(relative)
    const found = this.#patterns.find(
      pattern => (isDirectory || !pattern.onlyDirectories) && speaksAbout(pattern, path),
    )
    return found && { isIgnored: !found.isNegated, line: found.line }
  }
}

function parseLine(line: string): Pattern[] {
  if (line === '' || line.startsWith('#')) return []
  const trimmed = withoutTrailingSpaces(line)
  const isNegated = trimmed.startsWith('!')
  const written = isNegated ? trimmed.slice(1) : trimmed
  const onlyDirectories = written.endsWith('/')
  const text = bytesOf(onlyDirectories ? written.slice(0, -1) : written)
  return [{ text, line: trimmed, isNegated, onlyDirectories, isName: !text.includes('/') }]
}

/** A space with a backslash in front stays. */
function withoutTrailingSpaces(line: string): string {
  const kept = /^(?:\\[^]|[^\\ ]| +(?=[^ ]))*/.exec(line)?.[0] ?? ''
  // A backslash at the very end protects what is before it.
  return /^ *$/.test(line.slice(kept.length)) ? kept : line
}

function speaksAbout({ text, isName }: Pattern, path: string): boolean {
  if (isName) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    return /[*?[\\]/.test(text) ? wildmatch(text, name, false) : text === name
  }
  const pattern = text.startsWith('/') ? text.slice(1) : text
  // The literal beginning is compared on its own, so a `**` behind it counts as one that begins a pattern.
  const literal = /^[^*?[\\]*/.exec(pattern)?.[0].length ?? 0
  if (pattern.slice(0, literal) !== path.slice(0, literal)) return false
  return wildmatch(pattern.slice(literal), path.slice(literal), true)
}

function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1')
}
