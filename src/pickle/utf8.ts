/**
 * UTF-8 as CPython's `surrogatepass` error handler has it: a lone surrogate is three bytes, both ways.
 *
 * Written out because TextEncoder is a platform API and replaces lone surrogates.
 */

/** Bytes that `text` takes in UTF-8. */
export function utf8Length(text: string): number {
  let length = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) continue
    length += unit < 0x800 ? 1 : 2
    if (isPairAt(text, i, unit)) i++
  }
  return length
}

/** Writes `text` into `target` at `at`, where there must be room; returns the position after it. */
export function writeUtf8(text: string, target: Uint8Array, at: number): number {
  let to = at
  for (let i = 0; i < text.length; i++) {
    let unit = text.charCodeAt(i)
    if (unit < 0x80) {
      target[to++] = unit
    } else if (unit < 0x800) {
      target[to++] = 0xc0 | (unit >> 6)
      target[to++] = 0x80 | (unit & 0x3f)
    } else if (isPairAt(text, i, unit)) {
      unit = text.codePointAt(i++) as number
      target[to++] = 0xf0 | (unit >> 18)
      target[to++] = 0x80 | ((unit >> 12) & 0x3f)
      target[to++] = 0x80 | ((unit >> 6) & 0x3f)
      target[to++] = 0x80 | (unit & 0x3f)
    } else {
      target[to++] = 0xe0 | (unit >> 12)
      target[to++] = 0x80 | ((unit >> 6) & 0x3f)
      target[to++] = 0x80 | (unit & 0x3f)
    }
  }
  return to
}

function isPairAt(text: string, i: number, unit: number): boolean {
  if (unit < 0xd800 || unit > 0xdbff) return false
  const next = text.charCodeAt(i + 1)
  return next >= 0xdc00 && next <= 0xdfff
}

/** The string in `bytes` from `from` to `end`, or undefined where it is not ASCII. For short ones: four characters at a time. */
export function readAscii(bytes: Uint8Array, from: number, end: number): string | undefined {
  let text = ''
  let at = from
  for (; at + 4 <= end; at += 4) {
    const a = bytes[at] as number
    const b = bytes[at + 1] as number
    const c = bytes[at + 2] as number
    const d = bytes[at + 3] as number
    if ((a | b | c | d) >= 0x80) return undefined
    text += String.fromCharCode(a, b, c, d)
  }
  for (; at < end; at++) {
    const a = bytes[at] as number
    if (a >= 0x80) return undefined
    text += String.fromCharCode(a)
  }
  return text
}

/** The string in `bytes` from `from` to `end`, or the position of the first byte that is not UTF-8. */
export function readUtf8(bytes: Uint8Array, from: number, end: number): string | number {
  let text = ''
  let i = from
  while (i < end) {
    const units: number[] = []
    while (i < end && units.length < 4096) {
      const first = bytes[i] as number
      if (first < 0x80) {
        units.push(first)
        i++
        continue
      }
      const size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
      const code = codePoint(bytes, i, end, first, size)
      if (code < 0) return i
      if (code > 0xffff) units.push(0xd7c0 + (code >> 10), 0xdc00 | (code & 0x3ff))
      else units.push(code)
      i += size
    }
    text += String.fromCharCode.apply(null, units)
  }
  return text
}

/** The code point of the `size` bytes at `i`, or -1: cut short, malformed, overlong or out of range. */
function codePoint(bytes: Uint8Array, i: number, end: number, first: number, size: number): number {
  if (first < 0xc2 || first > 0xf4 || i + size > end) return -1
  let code = first & (0xff >> (size + 1))
  for (let k = 1; k < size; k++) {
    const next = bytes[i + k] as number
    if ((next & 0xc0) !== 0x80) return -1
    code = (code << 6) | (next & 0x3f)
  }
  const smallest = size === 2 ? 0x80 : size === 3 ? 0x800 : 0x10000
  return code < smallest || code > 0x10ffff ? -1 : code
}
