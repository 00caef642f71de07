/**
 * A call as it goes to a worker, and what comes of it.
 */
import type { Encoded } from '../call/encoded.ts'
import type { ModuleSource, Packed } from '../modulepickle.ts'
import type { IncomingItems } from './incoming-items.ts'
import type { LogLine } from './logs.ts'
import type { PickledClasses } from './sent-classes.ts'

/** A pickle for a worker, and what it refers to. */
export interface PickledCall extends Packed, Encoded {}

/** A function that is sent to a worker once, for many calls. */
export interface DefinedFunction {
  readonly id: string
  /** The pickle of `{ fn }`. */
  readonly pickled: PickledCall
  /** Those that it brings: its calls name them. */
  readonly classes: PickledClasses
  /** Where the code of what its calls are given comes from. */
  readonly source: ModuleSource
}

export interface OutgoingCall {
  readonly id: string
  /** The pickle of `{ args }`, or of `{ fn, args }` where no function is defined. */
  readonly pickled: PickledCall
  readonly fn: DefinedFunction | undefined
  /** How many times the call has been tried, this one included. */
  readonly attempt: number
  readonly traceparent: string | undefined
  onLine(line: LogLine): PromiseLike<unknown> | undefined
  /** The pickle of `{ value }`. */
  onProgress(body: Encoded): void
  /** The function has returned an async iterable; the answer follows when that is at its end. */
  onStream(items: IncomingItems): void
}

export interface Answer {
  readonly ok: boolean
  /** The pickle of `{ result }` or `{ error }`. */
  readonly body: Encoded
  /** What stack frames of the worker's own program begin with. */
  readonly runtime: string
}
