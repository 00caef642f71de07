/**
 * The items of an async iterable that a call has returned, on their way to the sender: no more than it has asked for.
 */
export class OutgoingItems {
  #credit = 0
  #isStopped = false
  #wake = (): void => {}

  /** So many more may be given. */
  pull(count: number): void {
    this.#credit += count
    this.#wake()
  }

  /** No more are wanted. */
  stop(): void {
    this.#isStopped = true
    this.#wake()
  }

  /** Gives the items until there are none or none are wanted; then the iterable's return value. */
  async send(items: AsyncIterable<unknown>, give: (item: unknown) => Promise<void>): Promise<unknown> {
    const iterator = items[Symbol.asyncIterator]()
    let isOver = false
    try {
      while (await this.#mayGive()) {
        const next = await iterator.next()
        isOver = next.done === true
        if (isOver) return next.value as unknown
        this.#credit--
        await give(next.value)
      }
      return undefined
    } finally {
      if (!isOver) await iterator.return?.()
    }
  }

  async #mayGive(): Promise<boolean> {
    while (this.#credit === 0 && !this.#isStopped) await new Promise<void>(resolve => (this.#wake = resolve))
    return !this.#isStopped
  }
}

export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  if (typeof value !== 'object' || value === null) return false
  return typeof Reflect.get(value, Symbol.asyncIterator) === 'function'
}
