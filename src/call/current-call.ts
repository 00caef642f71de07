/**
 * The call that the running code is part of, for that code: also behind awaits and timers, and where several calls share a process.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

export interface CurrentCall {
  /** The call's id, as the caller has it. */
  readonly id: string
  /** 1, and more where the call is repeated because a worker was lost. */
  readonly attempt: number
  /** Aborts when the caller wants no result any more. A call that goes on loses its worker soon after. */
  readonly signal: AbortSignal
  /** The state of the local packages that the call runs with; undefined where it uses none. */
  readonly snapshotId: string | undefined
  /** The trace that the caller gave the call, as a W3C `traceparent`. Also in the environment, as TRACEPARENT, where a call has a process to itself. */
  readonly traceparent: string | undefined
  /** Gives `value` to the caller's `onProgress`. @throws ModulePickleError for what cannot be pickled */
  progress(value: unknown): void
}

const key = Symbol.for('modulepickle.current-call.v1')
const holder = globalThis as { [key]?: AsyncLocalStorage<CurrentCall> }

/** Where executors put the calls that they run. One for all copies of this package in a process. */
export function runningCalls(): AsyncLocalStorage<CurrentCall> {
  return (holder[key] ??= new AsyncLocalStorage())
}

/** The call that this code runs in; undefined outside of any. */
export function currentCall(): CurrentCall | undefined {
  return holder[key]?.getStore()
}
