/**
 * UTF-8 by what the platform has for it: Node's Buffer or TextDecoder to read, TextEncoder to write. Many times as fast for all but
 * short strings.
 *
 * The bytes and strings are those of `utf8.ts`, which does what the platform cannot: short strings fast, lone surrogates, and
 * saying which byte is wrong.
 */
import { readAscii, readUtf8, utf8Length, writeUtf8 } from './utf8.ts'

interface PlatformBuffer {
  toString(encoding: 'utf8', from: number, end: number): string
}

interface PlatformDecoder {
  decode(bytes: Uint8Array): string
}

interface PlatformEncoder {
  encode(text: string): Uint8Array
  encodeInto(text: string, target: Uint8Array): { written: number }
}

/** Up to so many units a call of the platform costs more than it saves. */
const shortRead = 12
const shortWrite = 40

const encoder = make<PlatformEncoder>('TextEncoder')
const decoder = make<PlatformDecoder>('TextDecoder', 'utf-8', { ignoreBOM: true })

function make<T>(name: string, ...args: unknown[]): T | undefined {
  const found: unknown = Reflect.get(globalThis, name)
  return typeof found === 'function' ? (Reflect.construct(found, args) as T) : undefined
}

/** Shares the memory. It reads a part without making an object for it first, as TextDecoder needs. */
function bufferOf(bytes: Uint8Array): PlatformBuffer | undefined {
  const found: unknown = Reflect.get(globalThis, 'Buffer')
  if (typeof found !== 'function' || !('from' in found) || typeof found.from !== 'function') return undefined
  return Reflect.apply(found.from, found, [bytes.buffer, bytes.byteOffset, bytes.byteLength]) as PlatformBuffer
}

/** Reads strings out of one pickle. */
export class TextReader {
  readonly #bytes: Uint8Array
  readonly #buffer: PlatformBuffer | undefined

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#buffer = bytes.length > shortRead ? bufferOf(bytes) : undefined
  }

  /** The string from `from` to `end`, or the position of the first byte that is not UTF-8. */
  read(from: number, end: number): string | number {
    if (end - from <= shortRead) return readAscii(this.#bytes, from, end) ?? readUtf8(this.#bytes, from, end)
    const text = this.#buffer?.toString('utf8', from, end) ?? decoder?.decode(this.#bytes.subarray(from, end))
    // A replacement character stands there, or for what is not UTF-8, or for a lone surrogate: the other reader tells which.
    return text === undefined || text.includes('\ufffd') ? readUtf8(this.#bytes, from, end) : text
  }
}

/** Writes `text` into `target` at `at`, where there is room for three bytes a unit; returns the position after it. */
export function writeText(text: string, target: Uint8Array, at: number): number {
  if (text.length <= shortWrite || encoder === undefined || !isWellFormed(text)) return writeUtf8(text, target, at)
  return at + encoder.encodeInto(text, target.subarray(at)).written
}

/** The bytes of `text`, of any length. */
export function encodeText(text: string): Uint8Array {
  if (encoder !== undefined && isWellFormed(text)) return encoder.encode(text)
  const bytes = new Uint8Array(utf8Length(text))
  writeUtf8(text, bytes, 0)
  return bytes
}

/** False where there are, or may be, lone surrogates. */
function isWellFormed(text: string): boolean {
  return 'isWellFormed' in String.prototype && (text as unknown as { isWellFormed(): boolean }).isWellFormed()
}
