/**
 * Every message between a sender and a worker, as one union type each way, and their form in frame headers.
 *
 * A header is the pickle of a message; a body is bytes whose meaning the kind gives: a pickle, or an object of a snapshot.
 * docs/PROTOCOL.md has shape, meaning and order of each. What is read is checked field by field.
 */
import { ModulePickleError } from '../errors.ts'
import { decodeFlat, encodeFlat } from './flat-pickle.ts'
import { encodeFrame } from './frame.ts'
import { dumps, loads } from '../pickle/index.ts'

/** The version of the protocol that this package speaks. */
export const protocolVersion = 4

/** How many objects one `need` may ask for, so that its header stays small. */
export const maximumNeeds = 10_000

/** As the snapshot's objects are packed. */
type Compression = 'zstd' | 'brotli'

/** A large buffer of the pickle that the next message with a pickle has. Body: its bytes. */
type BufferMessage = { readonly kind: 'buffer' }

export type SenderMessage =
  | BufferMessage
  /** Where installed packages are at the worker's end, `name@version` to directory. Adds to what was said before. */
  | { readonly kind: 'packages'; readonly directories: ReadonlyMap<string, string> }
  /** Keep a function for later calls. Body: the pickle of `{ fn }`. */
  | { readonly kind: 'define'; readonly functionId: string }
  /** Forget a function. */
  | { readonly kind: 'release'; readonly functionId: string }
  /** Run a function. Body: the pickle of `{ fn, args }`, or of `{ args }` for a function that was defined. */
  | {
      readonly kind: 'call'
      readonly id: string
      readonly functionId: string | null
      readonly attempt: number
      readonly traceparent: string | null
    }
  /** The result of a call is not wanted any more: its signal aborts. */
  | { readonly kind: 'abort'; readonly id: string; readonly reason: string }
  /** So many more items of a stream may come. */
  | { readonly kind: 'pull'; readonly id: string; readonly count: number }
  /** No more items of a stream are wanted. */
  | { readonly kind: 'stop'; readonly id: string }
  /** Objects that the worker needs. Body: an archive of them, compressed as it says, which is one of the ways that `ready` names. */
  | { readonly kind: 'objects'; readonly compression: Compression }
  /** In the place of objects: how this snapshot differs from one that the worker should have. Body: the changes. */
  | { readonly kind: 'changes'; readonly snapshot: string; readonly base: string }
  /** The objects that the sender has of those that were asked for have been sent. */
  | { readonly kind: 'supplied' }
  /** In answer to `need`: another worker was being sent the same; look again, and ask again for what is lacking still. */
  | { readonly kind: 'recheck' }
  /** There will be no more calls: end. */
  | { readonly kind: 'close' }

export type WorkerMessage =
  | BufferMessage
  /**
   * The first message. `runtime` is the URL of the worker's own program, whose stack frames are nobody's business; `compressions`
   * are those that it can undo, with a space between them, as all of them can 'brotli'. A flat record: a worker starts without the pickle machine.
   */
  | {
      readonly kind: 'ready'
      readonly protocol: number
      readonly node: string
      readonly pid: number
      readonly runtime: string
      readonly compressions: string
    }
  /** In place of `ready`: the worker cannot take calls, for a reason that `code` (of an error) and `message` say. Nothing follows. */
  | { readonly kind: 'unready'; readonly code: string; readonly message: string }
  /** Of this snapshot the worker lacks these objects, and what lies below the trees among them. */
  | { readonly kind: 'need'; readonly snapshot: string; readonly objects: readonly string[] }
  /** What was lacking of this snapshot has arrived. */
  | { readonly kind: 'has'; readonly snapshot: string }
  /** Nothing is lacking: the code of the call begins to run. A worker that ends before has done nothing of the call. */
  | { readonly kind: 'started'; readonly id: string }
  /** The call has returned an async iterable. Its items follow, as many as are pulled, then a result. */
  | { readonly kind: 'stream'; readonly id: string }
  /** Body: the pickle of `{ value }`. */
  | { readonly kind: 'item'; readonly id: string }
  /** What the call has to say before it is done. Body: the pickle of `{ value }`. */
  | { readonly kind: 'progress'; readonly id: string }
  /**
   * A call has ended. Body: the pickle of `{ result }` or, unless `ok`, of `{ error }`. With `last` the worker ends now,
   * because the code it ran left something behind that throws.
   */
  | { readonly kind: 'result'; readonly id: string; readonly ok: boolean; readonly last: boolean }
  /** The code of a call has called process.exit(). Nothing follows. */
  | { readonly kind: 'exit'; readonly id: string; readonly code: number }

export type Message = SenderMessage | WorkerMessage

type Check = (value: unknown) => boolean
type Shape<M> = { readonly [Field in Exclude<keyof M, 'kind'>]: Check }
type Shapes<M extends Message> = { readonly [Kind in M['kind']]: Shape<Extract<M, { kind: Kind }>> }

const isText: Check = value => typeof value === 'string'
const isTextOrNull: Check = value => value === null || isText(value)
const isFlag: Check = value => typeof value === 'boolean'
const isInteger: Check = value => Number.isSafeInteger(value)
const isTexts: Check = value => Array.isArray(value) && value.every(isText)
const isTextMap: Check = value => value instanceof Map && [...value].flat().every(isText)

const senderShapes: Shapes<SenderMessage> = {
  buffer: {},
  packages: { directories: isTextMap },
  define: { functionId: isText },
  release: { functionId: isText },
  call: { id: isText, functionId: isTextOrNull, attempt: isInteger, traceparent: isTextOrNull },
  abort: { id: isText, reason: isText },
  pull: { id: isText, count: isInteger },
  stop: { id: isText },
  objects: { compression: value => value === 'zstd' || value === 'brotli' },
  changes: { snapshot: isText, base: isText },
  supplied: {},
  recheck: {},
  close: {},
}

const workerShapes: Shapes<WorkerMessage> = {
  buffer: {},
  ready: { protocol: isInteger, node: isText, pid: isInteger, runtime: isText, compressions: isText },
  unready: { code: isText, message: isText },
  need: { snapshot: isText, objects: isTexts },
  has: { snapshot: isText },
  started: { id: isText },
  stream: { id: isText },
  item: { id: isText },
  progress: { id: isText },
  result: { id: isText, ok: isFlag, last: isFlag },
  exit: { id: isText, code: isInteger },
}

/** The kinds of each side's messages, in the order of docs/PROTOCOL.md. */
export const senderKinds = Object.keys(senderShapes)
export const workerKinds = Object.keys(workerShapes)

export function encodeMessage(message: Message): Uint8Array {
  return encodeFlat(message) ?? dumps(message)
}

/** A whole `exit` message, for a process that has no time left for a stream. */
export function encodeExit(id: string, code: number): Uint8Array {
  return Buffer.concat(encodeFrame({ header: encodeMessage({ kind: 'exit', id, code }), body: new Uint8Array() }))
}

/** @throws ModulePickleError ERR_PROTOCOL unless `header` is a message that a sender may send */
export function decodeSenderMessage(header: Uint8Array): SenderMessage {
  return decode(header, senderShapes) as SenderMessage
}

/** @throws ModulePickleError ERR_PROTOCOL unless `header` is a message that a worker may send */
export function decodeWorkerMessage(header: Uint8Array): WorkerMessage {
  return decode(header, workerShapes) as WorkerMessage
}

function decode(header: Uint8Array, shapes: Readonly<Record<string, Readonly<Record<string, Check>>>>): unknown {
  const message = readHeader(header)
  const kind = message['kind']
  if (typeof kind !== 'string' || !Object.hasOwn(shapes, kind)) {
    throw refused(`its kind is ${JSON.stringify(kind)}, and not one of ${Object.keys(shapes).join(', ')}`)
  }
  for (const [field, check] of Object.entries(shapes[kind] ?? {})) {
    if (!check(message[field])) throw refused(`${field} of ${kind} is malformed`)
  }
  return message
}

function readHeader(header: Uint8Array): Readonly<Record<string, unknown>> {
  const flat = decodeFlat(header)
  if (flat) return flat
  try {
    return Object(loads(header, { allow: 'data' })) as Readonly<Record<string, unknown>>
  } catch (cause) {
    throw refused('its header is not a pickle of plain data', cause)
  }
}

function refused(why: string, cause?: unknown): ModulePickleError {
  return new ModulePickleError(
    'ERR_PROTOCOL',
    `The peer sent something that is not a message of protocol ${protocolVersion}: ${why}. Use the same version of modulepickle at both ends.`,
    { cause },
  )
}
