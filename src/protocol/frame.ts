/**
 * Frames: how messages are cut out of a byte stream. u32 header length, u64 body length (both big-endian), header, body.
 *
 * Header and body are bytes here; a body is handed on as it is. Lengths are checked before anything is kept for them, so
 * that a peer that says something else altogether (a login banner, a log line) is refused at its first bytes. A large body gets
 * memory of its own, of just its size, and is put there as it comes.
 */
import { ModulePickleError } from '../errors.ts'
import { greetingMark } from './record-keys.ts'

export interface Frame {
  readonly header: Uint8Array
  readonly body: Uint8Array
}

interface Lengths {
  readonly header: number
  readonly body: number
}

interface FrameLimits {
  readonly headerBytes: number
  readonly bodyBytes: number
}

const frameLimits: FrameLimits = { headerBytes: 4 * 1024 ** 2, bodyBytes: 4 * 1024 ** 3 }

const preludeBytes = 12
const smallBodyBytes = 16_384
const largeBodyBytes = 65_536

/** A frame with a large body that has not come as a whole. */
interface LargeFrame extends Frame {
  filledBytes: number
}

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
  #lengths: Lengths | undefined
  #large: LargeFrame | undefined

  constructor(limits = frameLimits) {
    this.#limits = limits
  }

  /**
   * The frames that `chunk` completes. They may share memory with it, but for large bodies.
   * @throws ModulePickleError ERR_PROTOCOL when a length is over its limit
   */
  *push(chunk: Uint8Array): Generator<Frame> {
    this.#chunks.push(chunk)
    this.#buffered += chunk.byteLength
    for (;;) {
      this.#lengths ??= this.#readLengths()
      const frame = this.#lengths && this.#complete(this.#lengths)
      if (!frame) return
      this.#lengths = undefined
      yield frame
    }
  }

  #complete({ header, body }: Lengths): Frame | undefined {
    if (body >= largeBodyBytes) return this.#completeLarge(header, body)
    if (this.#buffered < header + body) return undefined
    return { header: this.#take(header), body: this.#take(body) }
  }

  #completeLarge(header: number, body: number): Frame | undefined {
    if (!this.#large && this.#buffered < header) return undefined
    const large = (this.#large ??= { header: this.#take(header), body: memoryOf(body), filledBytes: 0 })
    while (large.filledBytes < body && this.#buffered > 0) {
      const piece = this.#take(Math.min(body - large.filledBytes, this.#chunks[0]?.byteLength ?? 0))
      large.body.set(piece, large.filledBytes)
      large.filledBytes += piece.byteLength
    }
    if (large.filledBytes < body) return undefined
    this.#large = undefined
    return large
  }

  #readLengths(): Lengths | undefined {
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

function memoryOf(bytes: number): Uint8Array {
  try {
    return new Uint8Array(bytes)
  } catch (cause) {
    const message = `A message cannot be received: there is no memory for the ${bytes} bytes of its body. Send less at once.`
    throw new ModulePickleError('ERR_PROTOCOL', message, { cause })
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
