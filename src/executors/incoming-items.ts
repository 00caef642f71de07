/**
 * The items of an async iterable that a call has returned, as they come from the worker: asked for a few ahead of who takes them.
 */
import type { Encoded } from '../call/encoded.ts'
import { Mailbox } from '../protocol/index.ts'

/** How the worker is told. */
interface Flow {
  pull(count: number): void
  stop(): void
}

/** How many items may be on their way or waiting. */
const window = 16

export class IncomingItems {
  readonly #flow: Flow
  readonly #items = new Mailbox<Encoded>()
  #isStopped = false

  constructor(flow: Flow) {
    this.#flow = flow
    flow.pull(window)
  }

  /** The pickle of `{ value }`. */
  put(body: Encoded): void {
    if (!this.#isStopped) this.#items.put(body)
  }

  /** The call is over. */
  close(): void {
    this.#items.close()
  }

  async take(): Promise<Encoded | undefined> {
    const item = await this.#items.take()
    if (item) this.#flow.pull(1)
    return item
  }

  /** No more are wanted: what is there is dropped, and the worker ends the iterable. */
  stop(): void {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#items.drain()
    this.#flow.stop()
  }
}
