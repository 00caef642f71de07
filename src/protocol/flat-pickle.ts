/**
 * Pickles of flat records, which is what nearly all headers are, written and read without the pickle machine: a call has four of
 * them, and they would cost it more than its own pickles do.
 *
 * The bytes are those that the machine writes. What is not flat, or not written so, is left to the machine: undefined.
 */
import { op } from '../pickle/opcodes.ts'

type Scalar = number | boolean | null
type Flat = string | Scalar

const maximumText = 255
/** PROTO, FRAME, EMPTY_DICT, MEMOIZE, MARK, SETITEMS, STOP. */
const surroundingBytes = 16
/** SHORT_BINUNICODE, its length, MEMOIZE; no other value needs more. */
const besidesText = 5
const frameStart = 11

/** The pickle of `record`, or undefined where it has anything but short ASCII strings, 32-bit integers, booleans and null. */
export function encodeFlat(record: object): Uint8Array | undefined {
  const entries = Object.entries(record) as [string, unknown][]
  if (entries.length === 0) return undefined
  let size = surroundingBytes
  for (const [key, value] of entries) {
    if (!isFlat(value)) return undefined
    size += key.length + 2 * besidesText + (typeof value === 'string' ? value.length : 0)
  }
  const bytes = Buffer.allocUnsafe(size)
  const seen = new Set<string>()
  let at = frameStart
  bytes[at++] = op.EMPTY_DICT
  bytes[at++] = op.MEMOIZE
  if (entries.length > 1) bytes[at++] = op.MARK
  for (const [key, value] of entries) {
    at = writeText(bytes, at, key, seen)
    at = typeof value === 'string' ? writeText(bytes, at, value, seen) : writeScalar(bytes, at, value as Scalar)
    if (at < 0) return undefined
  }
  bytes[at++] = entries.length > 1 ? op.SETITEMS : op.SETITEM
  bytes[at++] = op.STOP
  bytes[0] = op.PROTO
  bytes[1] = 5
  bytes[2] = op.FRAME
  bytes.writeUInt32LE(at - frameStart, 3)
  bytes.writeUInt32LE(0, 7)
  return bytes.subarray(0, at)
}

function isFlat(value: unknown): value is Flat {
  if (typeof value === 'string') return value.length <= maximumText
  if (typeof value === 'number') return (value | 0) === value && !Object.is(value, -0)
  return typeof value === 'boolean' || value === null
}

/** Where it ends; -1 for text that is not ASCII, or comes a second time, which the machine writes as a reference. */
function writeText(bytes: Buffer, start: number, text: string, seen: Set<string>): number {
  if (seen.has(text)) return -1
  seen.add(text)
  let at = start
  bytes[at++] = op.SHORT_BINUNICODE
  bytes[at++] = text.length
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code > 127) return -1
    bytes[at++] = code
  }
  bytes[at++] = op.MEMOIZE
  return at
}

function writeScalar(bytes: Buffer, at: number, value: Scalar): number {
  if (typeof value !== 'number') {
    bytes[at] = value === null ? op.NONE : value ? op.NEWTRUE : op.NEWFALSE
    return at + 1
  }
  if (value >= 0 && value <= 0xff) {
    bytes[at] = op.BININT1
    bytes[at + 1] = value
    return at + 2
  }
  if (value >= 0 && value <= 0xffff) {
    bytes[at] = op.BININT2
    return bytes.writeUInt16LE(value, at + 1)
  }
  bytes[at] = op.BININT
  return bytes.writeInt32LE(value, at + 1)
}

/** The record, or undefined for any pickle that `encodeFlat` would not have written. */
export function decodeFlat(header: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  const bytes = Buffer.from(header.buffer, header.byteOffset, header.byteLength)
  if (!isFramed(bytes)) return undefined
  const record: Record<string, unknown> = {}
  const hasMark = bytes[frameStart + 2] === op.MARK
  const end = bytes.length - 2
  if (bytes[end] !== (hasMark ? op.SETITEMS : op.SETITEM)) return undefined
  let at = frameStart + (hasMark ? 3 : 2)
  let count = 0
  while (at < end) {
    const keyEnd = textEnd(bytes, at, end)
    if (keyEnd < 0) return undefined
    const key = bytes.toString('latin1', at + 2, keyEnd - 1)
    const valueEnd = scalarEnd(bytes, keyEnd, end)
    if (valueEnd < 0 || key === '__proto__') return undefined
    record[key] = scalar(bytes, keyEnd, valueEnd)
    at = valueEnd
    count++
  }
  return hasMark || count === 1 ? record : undefined
}

function isFramed(bytes: Buffer): boolean {
  return (
    bytes.length > surroundingBytes &&
    bytes[0] === op.PROTO &&
    bytes[1] === 5 &&
    bytes[2] === op.FRAME &&
    bytes.readUInt32LE(3) === bytes.length - frameStart &&
    bytes.readUInt32LE(7) === 0 &&
    bytes[frameStart] === op.EMPTY_DICT &&
    bytes[frameStart + 1] === op.MEMOIZE &&
    bytes.at(-1) === op.STOP
  )
}

/** Where ASCII text with its MEMOIZE ends; -1 for anything else. */
function textEnd(bytes: Buffer, at: number, end: number): number {
  const stop = at + 2 + (bytes[at + 1] as number)
  if (bytes[at] !== op.SHORT_BINUNICODE || stop >= end || bytes[stop] !== op.MEMOIZE) return -1
  for (let index = at + 2; index < stop; index++) if ((bytes[index] as number) > 127) return -1
  return stop + 1
}

function scalarEnd(bytes: Buffer, at: number, end: number): number {
  const code = bytes[at] as number
  if (code === op.SHORT_BINUNICODE) return textEnd(bytes, at, end)
  const size = scalarSizes.get(code) ?? 0
  return size > 0 && at + size <= end ? at + size : -1
}

const scalarSizes = new Map<number, number>([
  [op.NONE, 1],
  [op.NEWTRUE, 1],
  [op.NEWFALSE, 1],
  [op.BININT1, 2],
  [op.BININT2, 3],
  [op.BININT, 5],
])

function scalar(bytes: Buffer, at: number, end: number): Flat {
  switch (bytes[at]) {
    case op.NONE:
      return null
    case op.NEWTRUE:
      return true
    case op.NEWFALSE:
      return false
    case op.BININT1:
      return bytes[at + 1] as number
    case op.BININT2:
      return bytes.readUInt16LE(at + 1)
    case op.BININT:
      return bytes.readInt32LE(at + 1)
    default:
      return bytes.toString('latin1', at + 2, end - 1)
  }
}
