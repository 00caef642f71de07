/**
 * A call that runs: what its code can see of it, and what the sender can still say about it.
 */
import type { CurrentCall } from './current-call.ts'
import { OutgoingItems } from './outgoing-items.ts'

export class RunningCall {
  readonly items = new OutgoingItems()
  /** What `currentCall()` gives to the code of the call. */
  readonly visible: CurrentCall
  /** Made for who asks for the signal, which few calls do. */
  #aborting: AbortController | undefined
  #reason: Error | undefined

  constructor({ id, attempt, snapshotId, traceparent, progress }: Omit<CurrentCall, 'signal'>) {
    const signal = (): AbortSignal => this.#signal()
    this.visible = Object.freeze({
      id,
      attempt,
      get signal() {
        return signal()
      },
      snapshotId,
      traceparent,
      progress,
    })
  }

  get id(): string {
    return this.visible.id
  }

  abort(reason: Error): void {
    this.#reason ??= reason
    this.#aborting?.abort(reason)
  }

  #signal(): AbortSignal {
    this.#aborting ??= new AbortController()
    if (this.#reason) this.#aborting.abort(this.#reason)
    return this.#aborting.signal
  }
}
