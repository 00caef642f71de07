/**
 * From the parts of a finished pickle to its frames (PEP 3154), with large payloads between them.
 */
import { op } from './opcodes.ts'
import { encodeText } from './platform-text.ts'

/** CPython's _FRAME_SIZE_TARGET. */
export const frameTarget = 64 * 1024
/** CPython's _FRAME_SIZE_MIN. */
const smallestFrame = 4

/** What fills a hole: pieces in order; `outside` puts them between frames, as CPython does with large payloads. */
export interface Filling {
  pieces: readonly Uint8Array[]
  outside: boolean
}

/** In stream order: bytes, holes, and where frames end. */
export type Part = Uint8Array | (() => Filling) | 'frame end'

/** The pieces of the pickle; holes are filled now. */
export function framed(parts: readonly Part[]): Uint8Array[] {
  const finished: Uint8Array[] = []
  let frame: Uint8Array[] = []
  const endFrame = (): void => {
    const size = totalLength(frame)
    if (size >= smallestFrame) finished.push(lengthPrefixed8(op.FRAME, size))
    for (const piece of frame) finished.push(piece)
    frame = []
  }
  for (const part of parts) {
    if (part === 'frame end') endFrame()
    else if (typeof part !== 'function') frame.push(part)
    else {
      const { pieces, outside } = part()
      if (outside) endFrame()
      const target = outside ? finished : frame
      for (const piece of pieces) target.push(piece)
    }
  }
  endFrame()
  return finished
}

/** A string as an opcode of its own, for a hole. */
export function stringFilling(text: string): Filling {
  const payload = encodeText(text)
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
