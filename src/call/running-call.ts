/**
 * A call that runs: what its code can see of it, and what the sender can still say about it.
 */
import type { CurrentCall } from './current-call.ts'
import { OutgoingItems } from './outgoing-items.ts'

export class RunningCall {
  readonly items = new OutgoingItems()
  /** What `currentCall()` gives to the code of the call. */
  readonly visible: CurrentCall
  readonly #aborting = new AbortController()

  constructor({ id, attempt, snapshotId, traceparent, progress }: Omit<CurrentCall, 'signal'>) {
    this.visible = Object.freeze({ id, attempt, signal: this.#aborting.signal, snapshotId, traceparent, progress })
  }

  get id(): string {
    return this.visible.id
  }

  abort(reason: Error): void {
    this.#aborting.abort(reason)
  }
}
