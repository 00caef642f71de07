/**
 * What a container without a terminal writes, as the engine sends it: pieces of stdout and of stderr, each behind a header.
 *
 * Output: stdout as a stream; of stderr the last lines.
 */
import { Transform, type TransformCallback } from 'node:stream'
import { LineSplitter, LogTail } from '../logs.ts'

const headerBytes = 8
const stderr = 2

export class EngineStream extends Transform {
  readonly #tail = new LogTail()
  readonly #splitter = new LineSplitter((text, end) => this.#tail.add({ stream: 'stderr', text, end }))
  #rest: Buffer = Buffer.alloc(0)
  #kind = 0
  #left = 0

  /** What was written to stderr last. */
  lastLines(): string[] {
    this.#splitter.flush()
    return this.#tail.lines().map(({ text }) => text)
  }

  override _transform(chunk: Buffer, _encoding: string, callback: TransformCallback): void {
    let rest = this.#rest.byteLength === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    while (this.#left > 0 ? rest.byteLength > 0 : rest.byteLength >= headerBytes) {
      if (this.#left === 0) {
        this.#kind = rest.readUInt8(0)
        this.#left = rest.readUInt32BE(4)
        rest = rest.subarray(headerBytes)
        continue
      }
      const content = rest.subarray(0, this.#left)
      rest = rest.subarray(content.byteLength)
      this.#left -= content.byteLength
      if (this.#kind === stderr) this.#splitter.push(content)
      else this.push(content)
    }
    this.#rest = rest
    callback()
  }
}
