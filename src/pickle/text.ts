/**
 * Arguments written as text lines: protocol 0's integers, floats and strings, as Python's `repr` and `raw-unicode-escape` have them.
 *
 * Undefined means that the text is malformed.
 */
import { numberOrBigint } from './integers.ts'

/** More digits than this are refused, since reading decimal digits takes more than linear time. */
const mostDigits = 100_000

/** INT: also `00` and `01`, which are False and True. */
export function parseInteger(text: string): number | bigint | boolean | undefined {
  if (text === '00') return false
  if (text === '01') return true
  return parseLong(text)
}

/** LONG: a decimal integer, with or without the `L` of Python 2. */
export function parseLong(text: string): number | bigint | undefined {
  const digits = text.endsWith('L') ? text.slice(0, -1) : text
  return /^-?\d+$/.test(digits) && digits.length <= mostDigits ? numberOrBigint(BigInt(digits)) : undefined
}

export function parseFloatText(text: string): number | undefined {
  const special = new Map([
    ['nan', Number.NaN],
    ['inf', Infinity],
    ['-inf', -Infinity],
  ]).get(text)
  if (special !== undefined) return special
  return /^-?\d+(\.\d*)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined
}

/** GET and PUT. */
export function parseIndex(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
}

/** STRING: a quoted Python 2 `str`. */
export function parseQuoted(text: string): string | undefined {
  const quote = text[0]
  if (text.length < 2 || (quote !== "'" && quote !== '"') || !text.endsWith(quote)) return undefined
  return text.slice(1, -1).replace(/\\(x[0-9a-fA-F]{2}|[\s\S])/g, (whole, escape: string) => {
    if (escape.length === 3) return String.fromCharCode(Number.parseInt(escape.slice(1), 16))
    return escapes[escape] ?? whole
  })
}

/** UNICODE: Latin-1 with `\uXXXX` and `\UXXXXXXXX`. */
export function parseRawUnicode(text: string): string | undefined {
  let valid = true
  const parsed = text.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (_whole, short?: string, long?: string) => {
    const code = Number.parseInt(short ?? long ?? '', 16)
    if (code > 0x10ffff) valid = false
    return valid ? String.fromCodePoint(code) : ''
  })
  return valid ? parsed : undefined
}
