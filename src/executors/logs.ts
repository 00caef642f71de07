/**
 * What code prints while a call runs: cut into lines, the last of them kept.
 *
 * Bounded on all sides: a line without end is cut, and a call that prints for hours keeps its latest lines.
 */
import { StringDecoder } from 'node:string_decoder'

export interface LogLine {
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
}

export const maximumLineLength = 16_384
export const maximumKeptLines = 1000
const maximumKeptLength = 1_000_000

/** Chunks of one stream in, lines out. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8')
  readonly #onLine: (text: string) => void
  #rest = ''

  constructor(onLine: (text: string) => void) {
    this.#onLine = onLine
  }

  push(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#emit(line.endsWith('\r') ? line.slice(0, -1) : line)
    if (this.#rest.length > maximumLineLength) this.flush()
  }

  /** What has come since the last line break is a line, too. */
  flush(): void {
    const rest = this.#rest
    this.#rest = ''
    if (rest !== '') this.#emit(rest)
  }

  #emit(line: string): void {
    for (let at = 0; at === 0 || at < line.length; at += maximumLineLength) {
      this.#onLine(line.slice(at, at + maximumLineLength))
    }
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
