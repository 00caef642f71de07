/**
 * The bytes of one pickle while they are written: a growing buffer, holes that are filled at the end, and frames.
 *
 * Input: opcodes and arguments in order. Output: the finished pickle. Frames are laid out last, by CPython's rules (PEP 3154):
 * one ends at the first value boundary after 64 KiB, and a payload of 64 KiB or more stands outside of any.
 */
import { op } from './opcodes.ts'
import { utf8Length, writeUtf8 } from './utf8.ts'

export const frameTarget = 64 * 1024
const smallestFrame = 4

/** What fills a hole: pieces in order; `outside` puts them between frames, as CPython does with large payloads. */
export interface Filling {
  pieces: readonly Uint8Array[]
  outside: boolean
}

type Cut = { readonly at: number; readonly fill?: () => Filling }

export class Output {
  #bytes = new Uint8Array(256)
  #view = new DataView(this.#bytes.buffer)
  #length = 0
  #frameStart = 0
  /** In stream order: where a frame ends (no `fill`) and where holes are. */
  readonly #cuts: Cut[] = []

  op(code: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = code
  }

  uint1(code: number, value: number): void {
    this.#reserve(2)
    this.#bytes[this.#length++] = code
    this.#bytes[this.#length++] = value
  }

  uint2(code: number, value: number): void {
    this.#reserve(3)
    this.#bytes[this.#length] = code
    this.#view.setUint16(this.#length + 1, value, true)
    this.#length += 3
  }

  /** Signed or unsigned: the low 32 bits of `value`. */
  int4(code: number, value: number): void {
    this.#reserve(5)
    this.#bytes[this.#length] = code
    this.#view.setUint32(this.#length + 1, value, true)
    this.#length += 5
  }

  /** BINFLOAT is big-endian. Every NaN is written as the one that CPython writes, so that equal values give equal bytes. */
  float(value: number): void {
    this.#reserve(9)
    this.#bytes[this.#length] = op.BINFLOAT
    if (Number.isNaN(value)) this.#view.setBigUint64(this.#length + 1, 0x7ff8000000000000n)
    else this.#view.setFloat64(this.#length + 1, value)
    this.#length += 9
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  string(text: string): void {
    if (text.length * 3 < 256) return this.#shortString(text)
    const size = utf8Length(text)
    if (size >= frameTarget) return this.hole(() => stringFilling(text), size)
    if (size < 256) this.uint1(op.SHORT_BINUNICODE, size)
    else this.int4(op.BINUNICODE, size)
    this.#reserve(size)
    this.#length = writeUtf8(text, this.#bytes, this.#length)
  }

  #shortString(text: string): void {
    this.#reserve(2 + text.length * 3)
    const start = this.#length + 2
    this.#bytes[this.#length] = op.SHORT_BINUNICODE
    this.#length = writeUtf8(text, this.#bytes, start)
    this.#bytes[start - 1] = this.#length - start
  }

  /**
   * Leaves a place that `fill` is asked for when everything else has been written; holes are filled in stream order.
   * `size` is that of the payload where it is known already.
   */
  hole(fill: () => Filling, size = 0): void {
    this.#cuts.push({ at: this.#length, fill })
    if (size >= frameTarget) this.#frameStart = this.#length
  }

  /** To be called before each value: a frame may end here. */
  boundary(): void {
    if (this.#length - this.#frameStart < frameTarget) return
    this.#cuts.push({ at: this.#length })
    this.#frameStart = this.#length
  }

  /** The frames, from here on final; holes are filled now. */
  finish(): Uint8Array[] {
    const finished: Uint8Array[] = []
    let frame: Uint8Array[] = []
    let from = 0
    const endFrame = (): void => {
      const size = totalLength(frame)
      if (size >= smallestFrame) finished.push(lengthPrefixed8(op.FRAME, size))
      for (const piece of frame) finished.push(piece)
      frame = []
    }
    for (const { at, fill } of this.#cuts) {
      if (at > from) frame.push(this.#bytes.subarray(from, at))
      from = at
      const filling = fill?.()
      if (filling === undefined || filling.outside) endFrame()
      const target = filling?.outside === true ? finished : frame
      for (const piece of filling?.pieces ?? []) target.push(piece)
    }
    if (this.#length > from) frame.push(this.#bytes.subarray(from, this.#length))
    endFrame()
    return finished
  }

  #reserve(size: number): void {
    const needed = this.#length + size
    if (needed <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }
}

/** A string as an opcode of its own, for a hole. */
export function stringFilling(text: string): Filling {
  const payload = new Uint8Array(utf8Length(text))
  writeUtf8(text, payload, 0)
  const header = stringHeader(payload.length)
  return { pieces: [header, payload], outside: payload.length >= frameTarget }
}

function stringHeader(size: number): Uint8Array {
  if (size < 256) return Uint8Array.of(op.SHORT_BINUNICODE, size)
  return size > 0xffffffff ? lengthPrefixed8(op.BINUNICODE8, size) : lengthPrefixed4(op.BINUNICODE, size)
}

/** BYTEARRAY8 and its payload, for a hole. */
export function bytearrayFilling(payload: Uint8Array): Filling {
  const header = lengthPrefixed8(op.BYTEARRAY8, payload.length)
  return { pieces: [header, payload], outside: payload.length >= frameTarget }
}

/** BINBYTES and a payload of 64 KiB or more, for a hole. */
export function bytesFilling(payload: Uint8Array): Filling {
  const size = payload.length
  const header = size > 0xffffffff ? lengthPrefixed8(op.BINBYTES8, size) : lengthPrefixed4(op.BINBYTES, size)
  return { pieces: [header, payload], outside: true }
}

function lengthPrefixed4(code: number, size: number): Uint8Array {
  const header = new Uint8Array(5)
  header[0] = code
  new DataView(header.buffer).setUint32(1, size, true)
  return header
}

function lengthPrefixed8(code: number, size: number): Uint8Array {
  const header = new Uint8Array(9)
  header[0] = code
  new DataView(header.buffer).setBigUint64(1, BigInt(size), true)
  return header
}

function totalLength(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0)
}

export function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(totalLength(pieces))
  let at = 0
  for (const piece of pieces) {
    joined.set(piece, at)
    at += piece.length
  }
  return joined
}
