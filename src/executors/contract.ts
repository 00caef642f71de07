/**
 * What every executor promises, wherever its workers are.
 *
 * `run` captures the function, its arguments and the code they need when it is called; `map` and `remote` do so once, when
 * they are called. Results and errors come back as the values they are there.
 */
import type { CallOptions } from './call-options.ts'
import type { LogLine } from './logs.ts'

/** A call that has been started: a promise of its result. */
export interface Call<R> extends Promise<R> {
  /** Unique within the executor; what the call prints is marked with it. */
  readonly id: string
  /** Ends the call, also one that is busy: it rejects with ERR_CALL_CANCELLED. Does nothing once it has settled. */
  cancel(): void
  /** The last lines that the call has printed so far. */
  logs(): readonly LogLine[]
}

/**
 * What a call of a function that returns `R` gives: what that settles with. An async iterable is streamed: its items are made as
 * they are taken, and to stop taking them ends it.
 */
export type Returned<R> = Awaited<R> extends AsyncIterable<infer T> ? AsyncIterableIterator<T> : Awaited<R>

/** A call that was accepted. Not a promise itself, so that an async function can return it. */
export interface CallHandle<R> {
  readonly id: string
  result(): Promise<R>
  /** As that of a Call. */
  cancel(): void
  logs(): readonly LogLine[]
}

/** The results of a map, in the order of the inputs unless it says otherwise. Iterated once; calls start when it is. */
export interface MapCall<R> extends AsyncIterable<R> {
  next(): Promise<IteratorResult<R, undefined>>
  /** Takes no more inputs, and cancels the calls that are running. `break` in a loop does this. */
  return(): Promise<IteratorReturnResult<undefined>>
  [Symbol.asyncIterator](): MapCall<R>
  /** All results that have not been taken yet. */
  toArray(): Promise<R[]>
}

export interface MapOptions {
  /** At most how many inputs are on their way: taken from the inputs, their result not yet taken. Default: the number of workers. */
  readonly concurrency?: number
  /** Results in the order of the inputs (the default), or as they come. */
  readonly ordered?: boolean
  /** What a failed call does: end the map by throwing (the default), or stand among the results as an Error. */
  readonly errors?: 'throw' | 'yield'
}

/** Counted since the executor was made. Bytes are those of the conversations with workers. */
export interface ExecutorStats {
  /** Calls that were started. */
  readonly calls: number
  /** Calls that ended with an error. */
  readonly failed: number
  readonly bytesSent: number
  readonly bytesReceived: number
  /** Files of code that were sent to workers. */
  readonly filesSent: number
  /** Those files, and the directories that hold them. */
  readonly objectsSent: number
  /** Different states of local packages that calls have used. */
  readonly snapshots: number
  /** Workers that are running now. May be two more than `workers`, which have code that is not called now, and are kept idle. */
  readonly workers: number
}

export interface CloseOptions {
  /** Ends calls that are running or waiting, and maps; they reject with ERR_EXECUTOR_CLOSED. Otherwise they are waited for. */
  readonly force?: boolean
  /** How long to wait for them before forcing. */
  readonly timeoutMs?: number
}

export interface Executor extends AsyncDisposable {
  /** Runs `fn(...args)`. What cannot be captured rejects the call. */
  run<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Call<Returned<R>>
  /**
   * As `run`, with options of its own. Settles when the executor has accepted the call, which then is done also where this
   * process is not there any more, if the executor is durable.
   */
  submit<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    args: A,
    options?: CallOptions,
  ): Promise<CallHandle<Returned<R>>>
  /**
   * A call that was submitted, also by another process.
   * @throws ModulePickleError ERR_EXECUTOR_UNSUPPORTED unless the executor is durable
   */
  attach(callId: string): CallHandle<unknown>
  /**
   * Runs `fn(input, index)` for each input. Inputs are taken as results are, no earlier than needed, and no more are taken
   * once the consumer has stopped or a `signal` of `with` has aborted; calls that are then still running are cancelled. What the
   * signal cuts short ends by throwing, also where errors are yielded.
   * @throws ModulePickleError when `fn` cannot be captured; TypeError or RangeError for inputs or options that mean nothing
   */
  map<T, R>(
    fn: (item: T, index: number) => R,
    inputs: Iterable<T> | AsyncIterable<T>,
    options: MapOptions & { readonly errors: 'yield' },
  ): MapCall<Awaited<R> | Error>
  map<T, R>(
    fn: (item: T, index: number) => R,
    inputs: Iterable<T> | AsyncIterable<T>,
    options?: MapOptions,
  ): MapCall<Awaited<R>>
  /**
   * `fn` as a function that runs elsewhere, with the code of this moment.
   * @throws ModulePickleError when `fn` cannot be captured
   */
  remote<A extends readonly unknown[], R>(fn: (...args: A) => R): (...args: A) => Call<Returned<R>>
  /**
   * The same executor, whose calls have these options, and else those that they would have anyway.
   * @throws TypeError or RangeError for options that mean nothing
   */
  with(options: CallOptions): Executor
  stats(): ExecutorStats
  /**
   * Waits for the calls that were started, and for each map of which a result was asked for until it is at its end or
   * `return()` was called, so not from inside a loop over one. Then ends the workers. Closing again waits for the same.
   */
  close(options?: CloseOptions): Promise<void>
}
