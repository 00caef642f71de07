/**
 * Reads pickles of scalars in one frame, as ScalarWriter writes them, without the pickle machine.
 *
 * The caller reads the opcodes of the containers. Anything else than what is written so gives `noScalar` or undefined, and the pickle is
 * left to the machine, which also says what is wrong with it.
 */
import { op } from './opcodes.ts'
import { ellipsis, frameStart } from './scalar-writer.ts'
import { readAscii } from './utf8.ts'

export const noScalar: unique symbol = Symbol('nothing that is read here')

export class ScalarReader {
  readonly #bytes: Uint8Array
  /** Where the last opcode before STOP stands, which is not read here. */
  readonly #end: number
  #at = frameStart

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#end = bytes.length - 2
  }

  /** True for one frame, the whole of the pickle, that ends with `last` and STOP. */
  isFramed(last: number): boolean {
    const bytes = this.#bytes
    return (
      this.#end > frameStart &&
      bytes[0] === op.PROTO &&
      bytes[1] === 5 &&
      bytes[2] === op.FRAME &&
      int4(bytes, 3) === bytes.length - frameStart &&
      int4(bytes, 7) === 0 &&
      bytes[this.#end] === last &&
      bytes[this.#end + 1] === op.STOP
    )
  }

  /** How much is left before the last opcode. */
  get left(): number {
    return this.#end - this.#at
  }

  /** Goes on behind `code` where that is next. */
  takes(code: number): boolean {
    if (this.#bytes[this.#at] !== code) return false
    this.#at++
    return true
  }

  /** The value, or `noScalar`. */
  scalar(): unknown {
    const bytes = this.#bytes
    const at = this.#at
    switch (bytes[at]) {
      case op.NONE:
        this.#at = at + 1
        return null
      case op.NEWTRUE:
        this.#at = at + 1
        return true
      case op.NEWFALSE:
        this.#at = at + 1
        return false
      case op.BININT1:
        this.#at = at + 2
        return bytes[at + 1]
      case op.BININT2:
        this.#at = at + 3
        return (bytes[at + 1] as number) | ((bytes[at + 2] as number) << 8)
      case op.BININT:
        if (at + 5 > this.#end) return noScalar
        this.#at = at + 5
        return int4(bytes, at + 1)
      case op.BINFLOAT:
        if (at + 9 > this.#end) return noScalar
        this.#at = at + 9
        return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getFloat64(at + 1)
      case op.SHORT_BINUNICODE:
        return this.#isEllipsis() ? undefined : (this.text() ?? noScalar)
      default:
        return noScalar
    }
  }

  /** ASCII text that is memoized, or undefined. */
  text(): string | undefined {
    const bytes = this.#bytes
    const start = this.#at + 2
    const stop = start + (bytes[start - 1] as number)
    if (bytes[start - 2] !== op.SHORT_BINUNICODE || stop >= this.#end || bytes[stop] !== op.MEMOIZE) return undefined
    this.#at = stop + 1
    return readAscii(bytes, start, stop)
  }

  #isEllipsis(): boolean {
    const bytes = this.#bytes
    const at = this.#at
    for (let index = 0; index < ellipsis.length; index++) if (bytes[at + index] !== ellipsis[index]) return false
    this.#at = at + ellipsis.length
    return true
  }
}

function int4(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  )
}
