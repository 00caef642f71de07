/**
 * UTF-8 by the platform's TextEncoder and TextDecoder, where it has them: many times as fast for long strings.
 *
 * The bytes and strings are those of `utf8.ts`, which does what the platform cannot: short strings fast, lone surrogates, and
 * saying which byte is wrong.
 */
import { readUtf8, writeUtf8 } from './utf8.ts'

interface PlatformDecoder {
  decode(bytes: Uint8Array): string
}

interface PlatformEncoder {
  encodeInto(text: string, target: Uint8Array): { written: number }
}

/** Up to so many units a call of the platform costs more than it saves. */
const shortRead = 12
const shortWrite = 24

/** Refuses what is not UTF-8, and lone surrogates with it. */
const decoder = make<PlatformDecoder>('TextDecoder', 'utf-8', { fatal: true, ignoreBOM: true })
const encoder = make<PlatformEncoder>('TextEncoder')

function make<T>(name: string, ...args: unknown[]): T | undefined {
  const found: unknown = Reflect.get(globalThis, name)
  return typeof found === 'function' ? (Reflect.construct(found, args) as T) : undefined
}

/** The string in `bytes` from `from` to `end`, or the position of the first byte that is not UTF-8. */
export function readText(bytes: Uint8Array, from: number, end: number): string | number {
  if (end - from <= shortRead || decoder === undefined) return readUtf8(bytes, from, end)
  try {
    return decoder.decode(bytes.subarray(from, end))
  } catch {
    // Not UTF-8, or lone surrogates: the other reader tells which.
    return readUtf8(bytes, from, end)
  }
}

/** Writes `text` into `target` at `at`, where there is room for three bytes a unit; returns the position after it. */
export function writeText(text: string, target: Uint8Array, at: number): number {
  if (text.length <= shortWrite || encoder === undefined || !isWellFormed(text)) return writeUtf8(text, target, at)
  return at + encoder.encodeInto(text, target.subarray(at)).written
}

/** False where there are, or may be, lone surrogates. */
function isWellFormed(text: string): boolean {
  return 'isWellFormed' in String.prototype && (text as unknown as { isWellFormed(): boolean }).isWellFormed()
}
