/**
 * What code prints while a call runs: cut into lines, the last of them kept.
 *
 * Bounded on all sides: a line without end is cut, and a call that prints for hours keeps its latest lines.
 */
import { StringDecoder } from 'node:string_decoder'

export interface LogLine {
  readonly stream: 'stdout' | 'stderr'
  /** Without its end; never more than 16,384 UTF-16 code units. */
  readonly text: string
  /** How it ended. Empty where more of the line follows, or nothing does: joined, texts and ends are what was printed. */
  readonly end: '\n' | '\r\n' | ''
}

export const maximumLineLength = 16_384
export const maximumKeptLines = 1000
const maximumKeptLength = 1_000_000

/** Chunks of one stream in, lines out. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8')
  readonly #onLine: (text: string, end: LogLine['end']) => void
  #rest = ''

  constructor(onLine: (text: string, end: LogLine['end']) => void) {
    this.#onLine = onLine
  }

  push(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n')
    const rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line.endsWith('\r')) this.#emit(line.slice(0, -1), '\r\n')
      else this.#emit(line, '\n')
    }
    this.#rest = this.#emitWhole(rest)
  }

  /** What has come since the last line break is a line, too; the beginning of a character at its end is none of what follows. */
  flush(): void {
    const rest = this.#emitWhole(this.#rest + this.#decoder.end())
    this.#rest = ''
    if (rest !== '') this.#onLine(rest, '')
  }

  #emit(line: string, end: LogLine['end']): void {
    this.#onLine(this.#emitWhole(line), end)
  }

  /** Gives pieces of the greatest length, and leaves what is no longer than that. */
  #emitWhole(line: string): string {
    let at = 0
    while (line.length - at > maximumLineLength) {
      const end = at + maximumLineLength
      const next = /[\udc00-\udfff]/.test(line[end]!) && /[\ud800-\udbff]/.test(line[end - 1]!) ? end - 1 : end
      this.#onLine(line.slice(at, next), '')
      at = next
    }
    return at === 0 ? line : line.slice(at)
  }
}

/** The last lines of something. */
export class LogTail {
  readonly #lines: LogLine[] = []
  #length = 0

  add(line: LogLine): void {
    this.#lines.push(line)
    this.#length += line.text.length
    while (this.#lines.length > maximumKeptLines || this.#length > maximumKeptLength) {
      this.#length -= this.#lines.shift()?.text.length ?? 0
    }
  }

  lines(): readonly LogLine[] {
    return [...this.#lines]
  }
}
