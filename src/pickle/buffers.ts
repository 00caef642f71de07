/**
 * ArrayBuffers of one dump: which range of each travels is known only when all views have been seen.
 *
 * A range becomes one bytearray, written as a hole. Of a partly seen buffer only what captured views cover travels. Node's
 * Buffers share memory with others that nobody captured: a Buffer, and any view of what may be Node's pool, shares a range
 * with another view only where the two overlap.
 */
import { ModulePickleError } from '../errors.ts'
import { bytearrayFilling, type Filling } from './framing.ts'
import { op } from './opcodes.ts'
import { Term } from './values.ts'

/** One bytearray to be: part of an ArrayBuffer, growing with the views that refer to it. */
export class ByteRange extends Term {
  override readonly term = 'range'
  readonly buffer: ArrayBuffer
  start: number
  end: number
  /** The largest element size of any view: the start stays a multiple of it. */
  alignment = 1
  /** Whether a plain Uint8Array is this very bytearray; others are views of it. */
  claimed = false

  constructor(buffer: ArrayBuffer, start: number, end: number) {
    super()
    this.buffer = buffer
    this.start = start
    this.end = end
  }

  include(start: number, end: number, alignment: number): void {
    this.start = Math.min(this.start, start)
    this.end = Math.max(this.end, end)
    this.alignment = Math.max(this.alignment, alignment)
  }

  get origin(): number {
    return this.start - (this.start % this.alignment)
  }

  /** The bytes; those before the first view, there only for alignment, are zero. */
  bytes(): Uint8Array {
    if (this.origin === this.start) return new Uint8Array(this.buffer, this.start, this.end - this.start)
    const padded = new Uint8Array(this.end - this.origin)
    padded.set(new Uint8Array(this.buffer, this.start, this.end - this.start), this.start - this.origin)
    return padded
  }

  filling(bufferCallback?: (buffer: Uint8Array) => boolean | void): Filling {
    const bytes = this.bytes()
    if (bufferCallback === undefined || bufferCallback(bytes) === true) return bytearrayFilling(bytes)
    return { pieces: [Uint8Array.of(op.NEXT_BUFFER)], outside: false }
  }
}

/** An int that is known when a range is: the offset of a view in it. */
export class LateOffset extends Term {
  override readonly term = 'offset'
  readonly range: ByteRange
  readonly position: number

  constructor(range: ByteRange, position: number) {
    super()
    this.range = range
    this.position = position
  }

  get value(): number {
    return this.position - this.range.origin
  }
}

export class BufferTable {
  readonly #ranges = new Map<ArrayBuffer, ByteRange[]>()

  /** The range that a view of [start, end) belongs to; `alone`: unless it overlaps with another view, it shares with none. */
  rangeOf(buffer: ArrayBuffer, start: number, end: number, alignment: number, alone = mayBePool(buffer)): ByteRange {
    let ranges = this.#ranges.get(buffer)
    if (ranges === undefined) this.#ranges.set(buffer, (ranges = []))
    const whole = start === 0 && end === buffer.byteLength
    if (whole && buffer === currentPool()) throw poolRefused()
    const range = whole || !alone ? ranges[0] : ranges.find(each => start < each.end && each.start < end)
    if (range !== undefined) {
      range.include(start, end, alignment)
      return range
    }
    const created = new ByteRange(buffer, start, end)
    created.alignment = alignment
    ranges.push(created)
    return created
  }
}

/** Whether it has the size of the pool; a later pool of the process has the same. */
function mayBePool(buffer: ArrayBuffer): boolean {
  return buffer.byteLength === currentPool()?.byteLength
}

/** The buffer that a Buffer of one byte gets. */
function currentPool(): ArrayBufferLike | undefined {
  return nodeBuffer()?.allocUnsafe(1).buffer
}

interface NodeBuffer {
  allocUnsafe(size: number): Uint8Array
}

function nodeBuffer(): NodeBuffer | undefined {
  const found: unknown = Reflect.get(globalThis, 'Buffer')
  return typeof found === 'function' && 'allocUnsafe' in found ? (found as unknown as NodeBuffer) : undefined
}

function poolRefused(): ModulePickleError {
  const message =
    "the memory pool of Node's Buffers cannot be pickled: it holds the bytes of other Buffers. Pickle the Buffer instead of its .buffer."
  return new ModulePickleError('ERR_UNPICKLABLE', message)
}
