/**
 * What a call of a function that returns an async iterable gives: its items, each as it is asked for.
 */
import type { Encoded } from '../call/encoded.ts'
import type { IncomingItems } from './incoming-items.ts'

/** How the items of a call are read. */
interface ItemSource {
  readonly items: IncomingItems
  decode(item: Encoded): Promise<unknown>
  /** What the iterable returned in the end. @throws what it threw, or why there is no more */
  readonly outcome: Promise<unknown>
}

/** Streams that nobody can read any more must not keep their workers. */
const unreachable = new FinalizationRegistry<IncomingItems>(items => items.stop())

export class RemoteItems<T> implements AsyncIterableIterator<T> {
  readonly #source: ItemSource
  #isDone = false
  /** One item after the other, also for who asks for several at once. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(source: ItemSource) {
    this.#source = source
    // Told to who takes the items; for others it is no news.
    source.outcome.catch(() => {})
    unreachable.register(this, source.items)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const next = this.#last.then(() => this.#next())
    this.#last = next.catch(() => {})
    return next
  }

  /** Ends the iterable on the worker, too; settles when that is done. */
  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#isDone = true
    this.#source.items.stop()
    await this.#source.outcome.catch(() => {})
    return { done: true, value: undefined }
  }

  async #next(): Promise<IteratorResult<T, undefined>> {
    if (this.#isDone) return { done: true, value: undefined }
    const item = await this.#source.items.take()
    if (!item) {
      const isStopped = this.#isDone
      this.#isDone = true
      if (!isStopped) await this.#source.outcome
      return { done: true, value: undefined }
    }
    const { value } = (await this.#source.decode(item)) as { readonly value: T }
    return { done: false, value }
  }
}
