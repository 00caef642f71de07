/**
 * Writes pickles of scalars in one frame, without the pickle machine, for the few calls and messages that are all most programs send.
 *
 * The caller writes the opcodes of the containers. The bytes are those that the machine writes; what is no scalar, or not surely
 * written so, gives false, and the pickle is the machine's.
 */
import { op } from './opcodes.ts'

/** PROTO, FRAME and its length. */
export const frameStart = 11

/** SHORT_BINUNICODE, its length, MEMOIZE. */
export const besidesText = 3

/** STACK_GLOBAL `builtins Ellipsis`, as undefined is written. */
export const ellipsis: Uint8Array = Uint8Array.from('\x8c\x08builtins\x94\x8c\x08Ellipsis\x94\x93\x94', each =>
  each.charCodeAt(0),
)

export class ScalarWriter {
  readonly #bytes: Uint8Array
  readonly #maximumText: number
  #at = frameStart
  /** What comes a second time, the machine writes as a reference. */
  readonly #seen: unknown[] = []

  /** Takes `bytes`, which have room for the whole pickle: what is in them is overwritten. */
  constructor(bytes: Uint8Array, maximumText: number) {
    this.#bytes = bytes
    this.#maximumText = maximumText
  }

  put(byte: number): void {
    this.#bytes[this.#at++] = byte
  }

  /** False for what is no scalar, or none of those that are written here. */
  scalar(value: unknown): boolean {
    switch (typeof value) {
      case 'number':
        return this.#number(value)
      case 'string':
        return this.text(value)
      case 'undefined':
        return this.#undefined()
      case 'boolean':
        this.put(value ? op.NEWTRUE : op.NEWFALSE)
        return true
      default:
        this.put(op.NONE)
        return value === null
    }
  }

  /** False for text that is longer than it may be, or not ASCII, or comes a second time. */
  text(text: string): boolean {
    const size = text.length
    if (size > this.#maximumText || !this.#isNew(text)) return false
    const bytes = this.#bytes
    let at = this.#at
    bytes[at++] = op.SHORT_BINUNICODE
    bytes[at++] = size
    for (let index = 0; index < size; index++) {
      const code = text.charCodeAt(index)
      if (code > 127) return false
      bytes[at++] = code
    }
    bytes[at++] = op.MEMOIZE
    this.#at = at
    return true
  }

  /** The whole pickle. */
  end(): Uint8Array {
    this.put(op.STOP)
    const bytes = this.#bytes
    bytes[0] = op.PROTO
    bytes[1] = 5
    bytes[2] = op.FRAME
    putInt4(bytes, 3, this.#at - frameStart)
    putInt4(bytes, 7, 0)
    return bytes.subarray(0, this.#at)
  }

  #number(value: number): boolean {
    const bytes = this.#bytes
    const at = this.#at
    if (value !== (value | 0) || Object.is(value, -0)) {
      if ((Number.isSafeInteger(value) && value !== 0) || Number.isNaN(value)) return false
      bytes[at] = op.BINFLOAT
      new DataView(bytes.buffer, bytes.byteOffset).setFloat64(at + 1, value)
      this.#at = at + 9
    } else if (value >= 0 && value < 0x100) {
      bytes[at] = op.BININT1
      bytes[at + 1] = value
      this.#at = at + 2
    } else if (value >= 0 && value < 0x10000) {
      bytes[at] = op.BININT2
      bytes[at + 1] = value
      bytes[at + 2] = value >> 8
      this.#at = at + 3
    } else {
      bytes[at] = op.BININT
      putInt4(bytes, at + 1, value)
      this.#at = at + 5
    }
    return true
  }

  #undefined(): boolean {
    if (!this.#isNew(undefined) || !this.#isNew('builtins') || !this.#isNew('Ellipsis')) return false
    this.#bytes.set(ellipsis, this.#at)
    this.#at += ellipsis.length
    return true
  }

  #isNew(value: unknown): boolean {
    if (this.#seen.includes(value)) return false
    this.#seen.push(value)
    return true
  }
}

function putInt4(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value
  bytes[at + 1] = value >> 8
  bytes[at + 2] = value >> 16
  bytes[at + 3] = value >> 24
}
