/**
 * Frames: how messages are cut out of a byte stream. u32 header length, u64 body length (both big-endian), header, body.
 *
 * Header and body are bytes here; a body is handed on as it is. Lengths are checked before anything is kept for them, so
 * that a peer that says something else altogether (a login banner, a log line) is refused at its first bytes.
 */
import { ModulePickleError } from '../errors.ts'
import { greetingMark } from './record-keys.ts'

export interface Frame {
  readonly header: Uint8Array
  readonly body: Uint8Array
}

interface FrameLimits {
  readonly headerBytes: number
  readonly bodyBytes: number
}

const frameLimits: FrameLimits = { headerBytes: 4 * 1024 ** 2, bodyBytes: 4 * 1024 ** 3 }

const preludeBytes = 12
const smallBodyBytes = 16_384

/** The pieces of a frame, in order. A large body is not copied; a small one is, which is cheaper than a write of its own. */
export function encodeFrame({ header, body }: Frame, limits = frameLimits): Uint8Array[] {
  checkLengths(header.byteLength, body.byteLength, limits)
  const isSmall = body.byteLength <= smallBodyBytes
  const start = Buffer.allocUnsafe(preludeBytes + header.byteLength + (isSmall ? body.byteLength : 0))
  start.writeUInt32BE(header.byteLength, 0)
  start.writeBigUInt64BE(BigInt(body.byteLength), 4)
  start.set(header, preludeBytes)
  if (!isSmall) return [start, body]
  start.set(body, preludeBytes + header.byteLength)
  return [start]
}

/** Takes a stream in chunks of any size and gives its frames. Use it no more once it has thrown. */
export class FrameDecoder {
  readonly #limits: FrameLimits
  #chunks: Uint8Array[] = []
  #buffered = 0
  #lengths: { header: number; body: number } | undefined

  constructor(limits = frameLimits) {
    this.#limits = limits
  }

  /**
   * The frames that `chunk` completes. They may share memory with it.
   * @throws ModulePickleError ERR_PROTOCOL when a length is over its limit
   */
  *push(chunk: Uint8Array): Generator<Frame> {
    this.#chunks.push(chunk)
    this.#buffered += chunk.byteLength
    for (;;) {
      this.#lengths ??= this.#readLengths()
      if (!this.#lengths || this.#buffered < this.#lengths.header + this.#lengths.body) return
      const header = this.#take(this.#lengths.header)
      const body = this.#take(this.#lengths.body)
      this.#lengths = undefined
      yield { header, body }
    }
  }

  /** @throws ModulePickleError ERR_PROTOCOL when the stream ended inside a frame */
  end(): void {
    if (this.#buffered === 0 && !this.#lengths) return
    throw new ModulePickleError('ERR_PROTOCOL', 'The stream ended in the middle of a message. The peer was cut off.')
  }

  #readLengths(): { header: number; body: number } | undefined {
    if (this.#buffered < preludeBytes) return undefined
    const prelude = this.#take(preludeBytes)
    if (greetingMark.equals(prelude.subarray(0, greetingMark.byteLength))) throw signed()
    const header = prelude.readUInt32BE(0)
    const body = Number(prelude.readBigUInt64BE(4))
    checkLengths(header, body, this.#limits, prelude)
    return { header, body }
  }

  #take(length: number): Buffer {
    const pieces: Uint8Array[] = []
    let missing = length
    let used = 0
    while (missing > 0) {
      const chunk = this.#chunks[used] as Uint8Array
      pieces.push(chunk.subarray(0, missing))
      if (chunk.byteLength > missing) this.#chunks[used] = chunk.subarray(missing)
      else used++
      missing -= Math.min(missing, chunk.byteLength)
    }
    this.#chunks.splice(0, used)
    this.#buffered -= length
    const [first] = pieces
    return pieces.length === 1 && first
      ? Buffer.from(first.buffer, first.byteOffset, first.byteLength)
      : Buffer.concat(pieces, length)
  }
}

function checkLengths(header: number, body: number, limits: FrameLimits, seen?: Buffer): void {
  const isSent = seen === undefined
  if (header === 0 || header > limits.headerBytes) throw overLimit('header', header, limits.headerBytes, isSent, seen)
  if (body > limits.bodyBytes) throw overLimit('body', body, limits.bodyBytes, isSent, seen)
}

function signed(): ModulePickleError {
  return new ModulePickleError(
    'ERR_KEY_MISSING',
    'The peer signs what it says, and here is no key to verify it with. Set MODULEPICKLE_KEY, or the option `key`, to that of the peer.',
  )
}

function overLimit(part: string, length: number, limit: number, isSent: boolean, seen?: Buffer): ModulePickleError {
  const what = isSent ? 'A message cannot be sent' : 'The peer sent something that is not a message'
  const start = seen ? ` It begins with ${JSON.stringify(seen.toString('latin1'))}.` : ' Send less at once.'
  return new ModulePickleError('ERR_PROTOCOL', `${what}: its ${part} would be ${length} bytes (1 to ${limit}).${start}`)
}
