/**
 * Python's arbitrary integers as LONG1 and LONG4 hold them: little-endian two's complement, as few bytes as keep the sign.
 *
 * The same as CPython's `pickle.encode_long` and `decode_long`.
 */

/** The bytes of `value`; none for zero. */
export function longBytes(value: bigint): Uint8Array {
  if (value === 0n) return new Uint8Array(0)
  const magnitude = value < 0n ? -value - 1n : value
  const size = Math.floor(magnitude.toString(16).length / 2) + 1
  const digits = BigInt.asUintN(size * 8, value)
    .toString(16)
    .padStart(size * 2, '0')
  const bytes = new Uint8Array(size)
  for (let i = 0; i < size; i++) bytes[i] = Number.parseInt(digits.slice((size - 1 - i) * 2, (size - i) * 2), 16)
  return needsLastByte(bytes) ? bytes : bytes.subarray(0, size - 1)
}

/** False when the last byte only repeats the sign bit of the byte before it. */
function needsLastByte(bytes: Uint8Array): boolean {
  const last = bytes.at(-1)
  const sign = (bytes.at(-2) ?? 0) & 0x80
  return bytes.length === 1 || !((last === 0 && sign === 0) || (last === 0xff && sign !== 0))
}

/** The integer that `bytes` hold. */
export function longValue(bytes: Uint8Array): bigint {
  if (bytes.length <= 6) return BigInt(smallValue(bytes))
  const parts: string[] = ['0x']
  for (let end = bytes.length; end > 0; end -= 4096) parts.push(hexDigits(bytes, Math.max(end - 4096, 0), end))
  return BigInt.asIntN(bytes.length * 8, BigInt(parts.join('')))
}

/** LONG1: a number when it is a safe integer, else a bigint. */
export function shortLongValue(bytes: Uint8Array): number | bigint {
  return bytes.length <= 6 ? smallValue(bytes) : numberOrBigint(longValue(bytes))
}

/** Up to six bytes, which a number holds. */
function smallValue(bytes: Uint8Array): number {
  const size = bytes.length
  let value = 0
  for (let i = size - 1; i >= 0; i--) value = value * 256 + (bytes[i] as number)
  return size > 0 && (bytes[size - 1] as number) >= 0x80 ? value - 256 ** size : value
}

const hexOfByte: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Of the bytes from the last to the first. */
function hexDigits(bytes: Uint8Array, from: number, end: number): string {
  let digits = ''
  for (let i = end - 1; i >= from; i--) digits += hexOfByte[bytes[i] as number]
  return digits
}

/** A number when it is a safe integer, else the bigint itself. */
export function numberOrBigint(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
