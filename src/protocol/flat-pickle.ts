/**
 * Pickles of flat records, which is what nearly all headers are, written and read without the pickle machine: a call has four of
 * them, and they would cost it more than its own pickles do.
 *
 * The bytes are those that the machine writes. What is not flat, or not written so, is left to the machine: undefined.
 */
import { op } from '../pickle/opcodes.ts'
import { noScalar, ScalarReader } from '../pickle/scalar-reader.ts'
import { besidesText, ellipsis, frameStart, ScalarWriter } from '../pickle/scalar-writer.ts'

const maximumText = 255
/** Frame, EMPTY_DICT, MEMOIZE, MARK, SETITEMS, STOP. */
const surroundingBytes = frameStart + 5

/** The pickle of `record`, or undefined where it has anything but scalars. */
export function encodeFlat(record: object): Uint8Array | undefined {
  const entries = Object.entries(record) as [string, unknown][]
  const { length } = entries
  if (length === 0) return undefined
  let size = surroundingBytes + length * (besidesText + ellipsis.length)
  for (const [key, value] of entries) size += key.length + (typeof value === 'string' ? value.length : 0)
  const writer = new ScalarWriter(Buffer.allocUnsafe(size), maximumText)
  writer.put(op.EMPTY_DICT)
  writer.put(op.MEMOIZE)
  if (length > 1) writer.put(op.MARK)
  for (const [key, value] of entries) if (!writer.text(key) || !writer.scalar(value)) return undefined
  writer.put(length > 1 ? op.SETITEMS : op.SETITEM)
  return writer.end()
}

/** The record, or undefined for any pickle that `encodeFlat` would not have written. */
export function decodeFlat(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  const hasMark = bytes[frameStart + 2] === op.MARK
  const reader = new ScalarReader(bytes)
  if (!reader.isFramed(hasMark ? op.SETITEMS : op.SETITEM)) return undefined
  if (!reader.takes(op.EMPTY_DICT) || !reader.takes(op.MEMOIZE)) return undefined
  if (hasMark) reader.takes(op.MARK)
  const record: Record<string, unknown> = {}
  let count = 0
  for (; reader.left > 0; count++) {
    const key = reader.text()
    const value = reader.scalar()
    if (key === undefined || key === '__proto__' || value === noScalar) return undefined
    record[key] = value
  }
  return reader.left === 0 && (hasMark || count === 1) ? record : undefined
}
