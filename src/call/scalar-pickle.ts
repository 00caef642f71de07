/**
 * Pickles of `{ args: […] }` and `{ result }` that hold a few scalars, which is all that many calls have, written and read without
 * the pickle machine: no manifest, no modules, nothing to ask anybody about.
 *
 * The bytes are those that the machine writes. What is more than that, or not written so, is left to the machine: undefined; and so
 * is everything while somebody listens to the stages `encode` and `decode`.
 */
import { isTraced } from '../diagnostics/channels.ts'
import { op } from '../pickle/opcodes.ts'
import { noScalar, ScalarReader } from '../pickle/scalar-reader.ts'
import { ellipsis, frameStart, ScalarWriter } from '../pickle/scalar-writer.ts'

/** Longer text may be a secret, which the machine looks for. */
const maximumText = 7
const maximumItems = 16
const maximumBytes = frameStart + 11 + 4 + maximumItems * 10 + ellipsis.length + 3

/** What such a pickle holds. */
interface Scalars {
  readonly args?: readonly unknown[]
  readonly result?: unknown
}

export function encodeArguments(args: readonly unknown[]): Uint8Array | undefined {
  if (args.length > maximumItems || isTraced('encode')) return undefined
  const writer = writerOf('args')
  writer.put(op.EMPTY_LIST)
  writer.put(op.MEMOIZE)
  if (args.length > 1) writer.put(op.MARK)
  for (let index = 0; index < args.length; index++) if (!writer.scalar(args[index])) return undefined
  if (args.length > 0) writer.put(args.length > 1 ? op.APPENDS : op.APPEND)
  writer.put(op.SETITEM)
  return writer.end()
}

export function encodeResult(result: unknown): Uint8Array | undefined {
  if (isTraced('encode')) return undefined
  const writer = writerOf('result')
  if (!writer.scalar(result)) return undefined
  writer.put(op.SETITEM)
  return writer.end()
}

function writerOf(key: string): ScalarWriter {
  const writer = new ScalarWriter(Buffer.allocUnsafe(maximumBytes), maximumText)
  writer.put(op.EMPTY_DICT)
  writer.put(op.MEMOIZE)
  writer.text(key)
  return writer
}

export function decodeScalars(bytes: Uint8Array): Scalars | undefined {
  if (bytes.length > maximumBytes || isTraced('decode')) return undefined
  const reader = new ScalarReader(bytes)
  if (!reader.isFramed(op.SETITEM) || !reader.takes(op.EMPTY_DICT) || !reader.takes(op.MEMOIZE)) return undefined
  const key = reader.text()
  if (key === 'args') {
    const args = readList(reader)
    return args && reader.left === 0 ? { args } : undefined
  }
  const result = key === 'result' ? reader.scalar() : noScalar
  return result !== noScalar && reader.left === 0 ? { result } : undefined
}

function readList(reader: ScalarReader): unknown[] | undefined {
  if (!reader.takes(op.EMPTY_LIST) || !reader.takes(op.MEMOIZE)) return undefined
  const items: unknown[] = []
  if (reader.left === 0) return items
  const hasMark = reader.takes(op.MARK)
  while (reader.left > 1) {
    const item = reader.scalar()
    if (item === noScalar) return undefined
    items.push(item)
  }
  return (hasMark || items.length === 1) && reader.takes(hasMark ? op.APPENDS : op.APPEND) ? items : undefined
}
