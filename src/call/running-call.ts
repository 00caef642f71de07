/**
 * A call that runs: what its code can see of it, and what the sender can still say about it.
 */
import type { CurrentCall } from './current-call.ts'
import { OutgoingItems } from './outgoing-items.ts'

export class RunningCall {
  /** What `currentCall()` gives to the code of the call. */
  readonly visible: CurrentCall
  /** Made for who returns or is asked for items, which few calls do. */
  #items: OutgoingItems | undefined
  /** Made for who asks for the signal, which few calls do. */
  #aborting: AbortController | undefined
  #reason: Error | undefined

  constructor(call: Omit<CurrentCall, 'signal'>) {
    this.visible = Object.freeze(new VisibleCall(call, () => this.#signal()))
  }

  get items(): OutgoingItems {
    return (this.#items ??= new OutgoingItems())
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

/** A getter of a class costs nothing; one of an object of its own costs each call a microsecond. */
class VisibleCall implements CurrentCall {
  readonly id: string
  readonly attempt: number
  readonly snapshotId: string | undefined
  readonly traceparent: string | undefined
  readonly progress: (value: unknown) => void
  readonly #signal: () => AbortSignal

  constructor(
    { id, attempt, snapshotId, traceparent, progress }: Omit<CurrentCall, 'signal'>,
    signal: () => AbortSignal,
  ) {
    this.id = id
    this.attempt = attempt
    this.snapshotId = snapshotId
    this.traceparent = traceparent
    this.progress = progress
    this.#signal = signal
  }

  get signal(): AbortSignal {
    return this.#signal()
  }
}
