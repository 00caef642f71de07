/**
 * Reading the bytes of a pickle in order. Every read is checked against the end, and every error names the byte offset.
 *
 * Lengths from the pickle are compared with what is left before anything is allocated.
 */
import { ModulePickleError, type ErrorCode } from '../errors.ts'
import type { Limits } from './limits.ts'
import { opcodes } from './opcodes.ts'
import { TextReader } from './platform-text.ts'

export class Cursor {
  readonly bytes: Uint8Array
  readonly #view: DataView
  readonly #limits: Readonly<Limits>
  readonly #text: TextReader
  readonly #end: number
  at = 0
  /** Where the current opcode stands. */
  opcodeAt = 0

  constructor(bytes: Uint8Array, limits: Readonly<Limits>) {
    this.#limits = limits
    // Not as it came: a Node Buffer has a `slice` that shares memory.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#text = new TextReader(this.bytes)
    this.#end = bytes.length
    this.checkLimit('maxBytes', bytes.length)
  }

  /** An error about the current opcode. */
  error(code: ErrorCode, message: string, cause?: unknown): ModulePickleError {
    const byte = this.bytes[this.opcodeAt]
    const name = byte === undefined ? 'end' : (opcodes.get(byte)?.name ?? `0x${byte.toString(16)}`)
    return new ModulePickleError(code, `at byte ${this.opcodeAt} (${name}): ${message}`, { cause })
  }

  corrupt(message: string): ModulePickleError {
    return this.error('ERR_PICKLE_CORRUPT', message)
  }

  /** Fails now if the pickle asks for more of something than its reader allows. */
  checkLimit(limit: keyof Limits, count: number): void {
    if (count <= this.#limits[limit]) return
    const message = `${count} is more than \`${limit}\` allows, which is ${this.#limits[limit]}. Raise it in the options if you trust the pickle.`
    throw this.error('ERR_PICKLE_LIMIT', message)
  }

  opcode(): number {
    this.opcodeAt = this.at
    return this.uint1()
  }

  /** Moves past `size` bytes and returns where they start. */
  #take(size: number): number {
    const start = this.at
    if (size > this.#end - start) throw this.#early(size - (this.#end - start))
    this.at = start + size
    return start
  }

  #early(missing: number): ModulePickleError {
    const message = `the pickle ends ${missing} bytes early. Get it again: it is incomplete.`
    return this.error('ERR_PICKLE_TRUNCATED', message)
  }

  uint1(): number {
    if (this.at >= this.#end) throw this.#early(1)
    return this.bytes[this.at++] as number
  }

  uint2(): number {
    return this.#view.getUint16(this.#take(2), true)
  }

  int4(): number {
    return this.#view.getInt32(this.#take(4), true)
  }

  uint4(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  /** A length; one that no number holds is longer than any pickle. */
  uint8(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true))
  }

  float8(): number {
    return this.#view.getFloat64(this.#take(8))
  }

  /** A view of the next `size` bytes. */
  take(size: number): Uint8Array {
    const start = this.#take(size)
    return this.bytes.subarray(start, start + size)
  }

  /** The bytes of an integer that has `size` of them. */
  integer(size: number): Uint8Array {
    const bytes = this.take(size)
    this.checkLimit('maxInteger', size)
    return bytes
  }

  /** A length that Python writes signed: LONG4, BINSTRING. */
  signedLength(): number {
    const size = this.int4()
    if (size < 0) throw this.corrupt(`the length ${size} is negative.`)
    return size
  }

  /** Fails now if fewer than `size` bytes are left. */
  expectAhead(size: number): void {
    this.at = this.#take(size)
  }

  utf8(size: number): string {
    const start = this.#take(size)
    if (size > this.#limits.maxString) this.checkLimit('maxString', size)
    const text = this.#text.read(start, start + size)
    if (typeof text === 'number') throw this.corrupt(`the string is not UTF-8 at byte ${text}.`)
    return text
  }

  /** The text up to the next newline, one character a byte, as protocol 0 has it. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.at)
    if (end < 0)
      throw this.error('ERR_PICKLE_TRUNCATED', 'the line does not end. Get the pickle again: it is incomplete.')
    this.checkLimit('maxString', end - this.at)
    const line = this.bytes.subarray(this.at, end)
    this.at = end + 1
    let text = ''
    for (let i = 0; i < line.length; i += 4096) text += String.fromCharCode(...line.subarray(i, i + 4096))
    return text
  }

  utf8Line(): string {
    const end = this.bytes.indexOf(0x0a, this.at)
    if (end < 0) return this.line()
    const text = this.utf8(end - this.at)
    this.at++
    return text
  }
}
