/**
 * What takes calls and gives answers, wherever their code runs. It knows nothing of what the pickles hold.
 */
import type { Answer, OutgoingCall } from './outgoing-call.ts'
import type { SupplyCounts } from './provisions.ts'
import type { ShippedSnapshots } from './shipped-snapshots.ts'

export interface PoolStats extends Readonly<SupplyCounts> {
  readonly bytesSent: number
  readonly bytesReceived: number
  readonly workers: number
}

export interface CallPool {
  /** @throws ModulePickleError ERR_WORKER_LOST, ERR_WORKER_START, or what `stop` was given */
  answer(call: OutgoingCall): Promise<Answer>
  /** A call is about to come: what it needs may be made ready while it is captured. */
  prepare(): void
  /** Ends a call; does nothing for one that is over. */
  stop(callId: string, reason: Error): void
  stopAll(reason: Error): void
  /** A function that was defined may be forgotten. */
  release(functionId: string): void
  /** Settles when no call is running or waiting. */
  quiet(): Promise<void>
  /** Settles when nothing of the pool is left. */
  close(): Promise<void>
  stats(): PoolStats
}

/** `shipped` holds the snapshots that calls use. */
export type MakePool = (shipped: ShippedSnapshots) => CallPool
