/**
 * Pickles of `{ args: […] }` and `{ result }` that hold a few scalars, which is all that many calls have, written and read without
 * the pickle machine: no manifest, no modules, nothing to ask anybody about.
 *
 * The bytes are those that the machine writes. What is more than that, or not written so, is left to the machine: undefined; and so
 * is everything while somebody listens to the stages `encode` and `decode`.
 */
import { isTraced } from '../diagnostics/channels.ts'
import { op } from '../pickle/opcodes.ts'

/** Longer text may be a secret, which the machine looks for. */
const maximumText = 7
const maximumItems = 16
/** PROTO, FRAME and its length. */
const bodyStart = 11
/** SHORT_BINUNICODE, length, text, MEMOIZE. */
const keyStart = bodyStart + 2

/** STACK_GLOBAL `builtins Ellipsis`, as undefined is written. */
const ellipsis = Buffer.from('\x8c\x08builtins\x94\x8c\x08Ellipsis\x94\x93\x94', 'latin1')
const maximumBytes = keyStart + 9 + 4 + maximumItems * 10 + ellipsis.length + 3
const minimumBytes = keyStart + 7 + 3

/** What such a pickle holds. */
export interface Scalars {
  readonly args?: readonly unknown[]
  readonly result?: unknown
}

export function encodeArguments(args: readonly unknown[]): Uint8Array | undefined {
  if (args.length > maximumItems || isTraced('encode')) return undefined
  const writer = new ScalarWriter('args')
  writer.put(op.EMPTY_LIST)
  writer.put(op.MEMOIZE)
  if (args.length > 1) writer.put(op.MARK)
  for (let index = 0; index < args.length; index++) if (!writer.scalar(args[index])) return undefined
  if (args.length > 0) writer.put(args.length > 1 ? op.APPENDS : op.APPEND)
  return writer.end()
}

export function encodeResult(result: unknown): Uint8Array | undefined {
  if (isTraced('encode')) return undefined
  const writer = new ScalarWriter('result')
  return writer.scalar(result) ? writer.end() : undefined
}

export function decodeScalars(bytes: Uint8Array): Scalars | undefined {
  const { length } = bytes
  if (length > maximumBytes || length < minimumBytes || isTraced('decode')) return undefined
  return new ScalarReader(bytes).scalars()
}

class ScalarWriter {
  readonly #bytes = Buffer.allocUnsafe(maximumBytes)
  #at = bodyStart
  /** What comes a second time, the machine writes as a reference. */
  readonly #seen: unknown[] = []

  constructor(key: string) {
    this.put(op.EMPTY_DICT)
    this.put(op.MEMOIZE)
    this.#text(key)
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
        return this.#text(value)
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

  end(): Uint8Array {
    this.put(op.SETITEM)
    this.put(op.STOP)
    const bytes = this.#bytes
    bytes[0] = op.PROTO
    bytes[1] = 5
    bytes[2] = op.FRAME
    bytes.writeUInt32LE(this.#at - bodyStart, 3)
    bytes.writeUInt32LE(0, 7)
    return bytes.subarray(0, this.#at)
  }

  #number(value: number): boolean {
    if (value !== (value | 0) || Object.is(value, -0)) {
      if ((Number.isSafeInteger(value) && value !== 0) || Number.isNaN(value)) return false
      this.put(op.BINFLOAT)
      this.#at = this.#bytes.writeDoubleBE(value, this.#at)
    } else if (value >= 0 && value < 0x100) {
      this.put(op.BININT1)
      this.put(value)
    } else if (value >= 0 && value < 0x10000) {
      this.put(op.BININT2)
      this.#at = this.#bytes.writeUInt16LE(value, this.#at)
    } else {
      this.put(op.BININT)
      this.#at = this.#bytes.writeInt32LE(value, this.#at)
    }
    return true
  }

  #text(text: string): boolean {
    if (text.length > maximumText || this.#seen.includes(text)) return false
    this.#seen.push(text)
    this.put(op.SHORT_BINUNICODE)
    this.put(text.length)
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index)
      if (code > 127) return false
      this.put(code)
    }
    this.put(op.MEMOIZE)
    return true
  }

  #undefined(): boolean {
    if (this.#seen.includes(undefined)) return false
    this.#seen.push(undefined)
    this.#bytes.set(ellipsis, this.#at)
    this.#at += ellipsis.length
    return true
  }
}

/** Gives undefined, which is no scalars, as soon as anything is not as ScalarWriter writes it. */
class ScalarReader {
  readonly #bytes: Buffer
  /** Where SETITEM and STOP stand. */
  readonly #end: number
  #at = bodyStart

  constructor({ buffer, byteOffset, length }: Uint8Array) {
    this.#bytes = Buffer.from(buffer, byteOffset, length)
    this.#end = length - 2
  }

  scalars(): Scalars | undefined {
    if (!this.#isFramed() || !this.#takes(op.EMPTY_DICT, op.MEMOIZE)) return undefined
    const key = this.#takes(op.SHORT_BINUNICODE) ? this.#text() : undefined
    if (key === 'args') {
      const args = this.#list()
      return args && this.#isAtEnd() ? { args } : undefined
    }
    const result = key === 'result' ? this.#scalar() : nothing
    return result !== nothing && this.#isAtEnd() ? { result } : undefined
  }

  #isFramed(): boolean {
    const bytes = this.#bytes
    return (
      bytes[0] === op.PROTO &&
      bytes[1] === 5 &&
      bytes[2] === op.FRAME &&
      bytes.readUInt32LE(3) === bytes.length - bodyStart &&
      bytes.readUInt32LE(7) === 0 &&
      bytes[this.#end] === op.SETITEM &&
      bytes[this.#end + 1] === op.STOP
    )
  }

  #isAtEnd(): boolean {
    return this.#at === this.#end
  }

  #takes(...codes: readonly number[]): boolean {
    for (const code of codes) if (this.#bytes[this.#at++] !== code) return false
    return true
  }

  #list(): unknown[] | undefined {
    if (!this.#takes(op.EMPTY_LIST, op.MEMOIZE)) return undefined
    const items: unknown[] = []
    if (this.#isAtEnd()) return items
    const hasMark = this.#bytes[this.#at] === op.MARK
    if (hasMark) this.#at++
    while (this.#at < this.#end - 1) {
      const item = this.#scalar()
      if (item === nothing) return undefined
      items.push(item)
    }
    const isOne = items.length === 1 && !hasMark
    return (isOne || hasMark) && this.#takes(hasMark ? op.APPENDS : op.APPEND) ? items : undefined
  }

  #scalar(): unknown {
    const bytes = this.#bytes
    const at = this.#at++
    switch (bytes[at]) {
      case op.NONE:
        return null
      case op.NEWTRUE:
        return true
      case op.NEWFALSE:
        return false
      case op.BININT1:
        return bytes[this.#at++]
      case op.BININT2:
        this.#at += 2
        return this.#at <= this.#end ? bytes.readUInt16LE(at + 1) : nothing
      case op.BININT:
        this.#at += 4
        return this.#at <= this.#end ? bytes.readInt32LE(at + 1) : nothing
      case op.BINFLOAT:
        this.#at += 8
        return this.#at <= this.#end ? bytes.readDoubleBE(at + 1) : nothing
      case op.SHORT_BINUNICODE:
        return this.#isEllipsis(at) ? undefined : (this.#text() ?? nothing)
      default:
        return nothing
    }
  }

  #isEllipsis(at: number): boolean {
    if (this.#bytes[this.#at] !== 8 || !this.#bytes.subarray(at, at + ellipsis.length).equals(ellipsis)) return false
    this.#at = at + ellipsis.length
    return true
  }

  /** Behind its opcode. */
  #text(): string | undefined {
    const start = this.#at + 1
    const stop = start + this.#bytes[this.#at]!
    if (stop >= this.#end || stop - start > maximumText || this.#bytes[stop] !== op.MEMOIZE) return undefined
    for (let index = start; index < stop; index++) if (this.#bytes[index]! > 127) return undefined
    this.#at = stop + 1
    return this.#bytes.toString('latin1', start, stop)
  }
}

const nothing = Symbol('nothing that is read here')
