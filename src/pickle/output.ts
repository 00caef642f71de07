/**
 * The bytes of one pickle while they are written: chunks that are filled one after the other, holes that are filled at the end,
 * and frames.
 *
 * Input: opcodes and arguments in order. Output: the finished pickle. Frames are laid out last, by CPython's rules (PEP 3154):
 * one ends at the first value boundary after 64 KiB, and a payload of 64 KiB or more stands outside of any.
 */
import { op } from './opcodes.ts'
import { frameTarget, framed, stringFilling, type Filling, type Part } from './framing.ts'
import { writeText } from './platform-text.ts'

const firstChunk = 1024
const largestChunk = 1024 * 1024
const smallestBorrowed = 4096

interface Chunk {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly view: DataView
}

/** First chunks that no pickle has: to make one costs as much as to write a small pickle. */
const spares: Chunk[] = []
const mostSpares = 2

function makeChunk(size: number): Chunk {
  const bytes = new Uint8Array(size)
  return { bytes, view: new DataView(bytes.buffer) }
}

export class Output {
  readonly #first = spares.pop() ?? makeChunk(firstChunk)
  #bytes = this.#first.bytes
  #view = this.#first.view
  #length = 0
  /** Where in the chunk begins what is not in `#parts` yet. */
  #from = 0
  /** What has been written before this chunk, in bytes. */
  #before = 0
  /** What will be put into holes, in bytes, as far as it is known. */
  #inHoles = 0
  #frameStart = 0
  readonly #parts: Part[] = []

  /** How much has been written so far. */
  get size(): number {
    return this.#before + this.#length + this.#inHoles
  }

  op(code: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1)
    this.#bytes[this.#length++] = code
  }

  uint1(code: number, value: number): void {
    if (this.#length + 2 > this.#bytes.length) this.#grow(2)
    this.#bytes[this.#length++] = code
    this.#bytes[this.#length++] = value
  }

  uint2(code: number, value: number): void {
    if (this.#length + 3 > this.#bytes.length) this.#grow(3)
    this.#bytes[this.#length++] = code
    this.#bytes[this.#length++] = value
    this.#bytes[this.#length++] = value >> 8
  }

  /** Signed or unsigned: the low 32 bits of `value`. */
  int4(code: number, value: number): void {
    if (this.#length + 5 > this.#bytes.length) this.#grow(5)
    this.#bytes[this.#length] = code
    this.#view.setUint32(this.#length + 1, value, true)
    this.#length += 5
  }

  /** BINFLOAT is big-endian. Every NaN is written as the one that CPython writes, so that equal values give equal bytes. */
  float(value: number): void {
    if (this.#length + 9 > this.#bytes.length) this.#grow(9)
    this.#bytes[this.#length] = op.BINFLOAT
    if (Number.isNaN(value)) this.#view.setBigUint64(this.#length + 1, 0x7ff8000000000000n)
    else this.#view.setFloat64(this.#length + 1, value)
    this.#length += 9
  }

  /** The low `size` bytes of a number, up to four. */
  tail(value: number, size: number): void {
    if (this.#length + 4 > this.#bytes.length) this.#grow(4)
    for (let i = 0; i < size; i++) this.#bytes[this.#length++] = value >> (8 * i)
  }

  raw(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#bytes.length) this.#grow(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** As `raw`, of bytes that stay as they are until the pickle is finished: they are copied then, and not before. */
  borrowed(bytes: Uint8Array): void {
    if (bytes.length < smallestBorrowed) return this.raw(bytes)
    this.#flush()
    this.#parts.push(bytes)
    this.#before += bytes.length
  }

  string(text: string): void {
    if (text.length < 86) return this.#shortString(text)
    if (text.length * 3 < frameTarget) return this.#longString(text)
    const filling = stringFilling(text)
    if (filling.outside) return this.hole(() => filling, sizeOf(filling))
    for (const piece of filling.pieces) this.raw(piece)
  }

  /** One of less than 256 bytes, whatever is in it. */
  #shortString(text: string): void {
    const size = text.length
    if (this.#length + 2 + size * 3 > this.#bytes.length) this.#grow(2 + size * 3)
    const bytes = this.#bytes
    const start = this.#length + 2
    let to = start
    if (size <= 40) {
      for (let i = 0; i < size; i++) {
        const unit = text.charCodeAt(i)
        if (unit >= 0x80) break
        bytes[to++] = unit
      }
    }
    if (to - start < size) to = writeText(text, bytes, start)
    bytes[start - 2] = op.SHORT_BINUNICODE
    bytes[start - 1] = to - start
    this.#length = to
  }

  /** Its size is known only when it has been written, and tells how long the header is. */
  #longString(text: string): void {
    const room = 5 + text.length * 3
    if (this.#length + room > this.#bytes.length) this.#grow(room)
    const start = this.#length + 5
    const end = writeText(text, this.#bytes, start)
    const size = end - start
    if (size < 256) {
      this.uint1(op.SHORT_BINUNICODE, size)
      this.#bytes.copyWithin(start - 3, start, end)
    } else this.int4(op.BINUNICODE, size)
    this.#length += size
  }

  /**
   * Leaves a place that `fill` is asked for when everything else has been written; holes are filled in stream order.
   * `size` is that of the payload where it is known already.
   */
  hole(fill: () => Filling, size = 0): void {
    this.#flush()
    this.#parts.push(fill)
    this.#inHoles += size
    if (size >= frameTarget) this.#frameStart = this.#before + this.#length
  }

  /** To be called before each value: a frame may end here. */
  boundary(): void {
    if (this.#before + this.#length - this.#frameStart >= frameTarget) this.#endFrame()
  }

  /** The frames, from here on final; holes are filled now. */
  finish(): Uint8Array[] {
    this.#flush()
    return framed(this.#parts)
  }

  /** What `finish` gave has been copied, and nothing more is written. */
  release(): void {
    if (spares.length < mostSpares) spares.push(this.#first)
  }

  #endFrame(): void {
    this.#flush()
    this.#parts.push('frame end')
    this.#frameStart = this.#before + this.#length
  }

  #flush(): void {
    if (this.#length > this.#from) this.#parts.push(this.#bytes.subarray(this.#from, this.#length))
    this.#from = this.#length
  }

  /** Goes on in a new chunk. */
  #grow(size: number): void {
    this.#flush()
    this.#before += this.#length
    const chunk = makeChunk(Math.max(size, Math.min(this.#bytes.length * 2, largestChunk)))
    this.#bytes = chunk.bytes
    this.#view = chunk.view
    this.#length = 0
    this.#from = 0
  }
}

function sizeOf({ pieces }: Filling): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0)
}
