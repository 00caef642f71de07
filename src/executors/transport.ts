/**
 * What carries the conversation with one worker. Each kind of place to run code has its own; nothing above knows which.
 */
import type { Duplex } from 'node:stream'
import type { LogLine } from './logs.ts'

/** How a worker has ended. */
export interface WorkerEnd {
  readonly code: number | null
  readonly signal: string | null
  /** Why it could not even be started, or what else is known of its end; both are null then, unless its process has ended. */
  readonly failure?: Error
  /** Whether it may have said more than has come, because what carried that was lost. */
  readonly isCutOff?: boolean
}

export interface WorkerTransport {
  /** The conversation, and nothing else. */
  readonly stream: Duplex
  /** Who this is, for messages: `process 4711`. */
  readonly name: string
  /** Whether the worker may take as long as it likes to start: somebody is to attach to it first. */
  readonly isPatient?: boolean
  /** Settles when the worker is gone and all that it has printed has been given to `onLine`. */
  readonly ended: Promise<WorkerEnd>
  /** Takes what the worker's code prints, line by line. */
  /** Of a line that takes its time, when it was taken: no more is read before. */
  onLine: (line: LogLine) => PromiseLike<unknown> | undefined
  /** Settles when all that was printed before the message that came last has been given to `onLine`. */
  caughtUp(): Promise<void>
  /** Gives out what was printed behind the last line break. */
  flushLines(): void
  /** Whether the worker keeps this process running. */
  hold(isHeld: boolean): void
  kill(): void
}

/** Starts a worker. What goes wrong is thrown, or shows in `ended`. */
export type StartWorker = () => WorkerTransport
