/**
 * Values without parts: numbers, bigints and bytes, each as the opcode that CPython chooses for it.
 */
import { bytesFilling, frameTarget, type Filling } from './framing.ts'
import { longBytes } from './integers.ts'
import { op } from './opcodes.ts'
import type { Output } from './output.ts'

export function writeNumber(out: Output, value: number): void {
  if (value === (value | 0)) {
    if (value === 0 && Object.is(value, -0)) return out.float(value)
    if (value < 0 || value >= 0x10000) return out.int4(op.BININT, value)
    return value < 0x100 ? out.uint1(op.BININT1, value) : out.uint2(op.BININT2, value)
  }
  if (!Number.isSafeInteger(value)) return out.float(value)
  writeLong1(out, value)
}

/** A safe integer of more than 32 bits takes five to seven bytes: the low four, and the rest with its sign. */
function writeLong1(out: Output, value: number): void {
  const high = Math.floor(value / 2 ** 32)
  const size = high === (high << 24) >> 24 ? 5 : high === (high << 16) >> 16 ? 6 : 7
  out.uint1(op.LONG1, size)
  out.tail(value % 2 ** 32, 4)
  out.tail(high, size - 4)
}

/** Always LONG4, whatever its size: that is how a reader tells a bigint from a number. */
export function writeBigint(out: Output, value: bigint): void {
  const bytes = longBytes(value)
  out.int4(op.LONG4, bytes.length)
  out.raw(bytes)
}

export function writeBytes(out: Output, bytes: Uint8Array): void {
  if (bytes.length >= frameTarget) return out.hole(() => bytesFilling(bytes), bytes.length)
  if (bytes.length < 256) out.uint1(op.SHORT_BINBYTES, bytes.length)
  else out.int4(op.BINBYTES, bytes.length)
  out.borrowed(bytes)
}

/** A count as an opcode of its own, for a hole. */
export function intFilling(value: number): Filling {
  const piece =
    value < 0x100
      ? Uint8Array.of(op.BININT1, value)
      : value < 0x10000
        ? Uint8Array.of(op.BININT2, value & 0xff, value >> 8)
        : longPiece(value)
  return { pieces: [piece], outside: false }
}

function longPiece(value: number): Uint8Array {
  const bytes = longBytes(BigInt(value))
  return Uint8Array.of(op.LONG1, bytes.length, ...bytes)
}
