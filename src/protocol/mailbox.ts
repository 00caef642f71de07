/**
 * Things that arrive, kept in order for the one who takes them.
 */

export interface Listener<T> {
  take(item: T): void
  /** Nothing more will come, because of `failure` where there is one. */
  over(failure: unknown): void
}

export class Mailbox<T> {
  readonly #waiting: T[] = []
  #wake = (): void => {}
  #failure: unknown
  #isOver = false
  #listener: Listener<T> | undefined

  put(item: T): void {
    if (this.#listener) return this.#listener.take(item)
    this.#waiting.push(item)
    this.#wake()
  }

  /** Nothing more will come, because of `failure` where there is one. What is there can still be taken. */
  close(failure?: unknown): void {
    const wasOver = this.#isOver
    this.#isOver = true
    this.#failure ??= failure
    if (!wasOver) this.#listener?.over(this.#failure)
    this.#wake()
  }

  /** Instead of `take`: each thing is handed over in the turn in which it comes, those that are there at once. */
  listen(listener: Listener<T>): void {
    this.#listener = listener
    for (const item of this.drain()) listener.take(item)
    if (this.#isOver) listener.over(this.#failure)
  }

  /** The things that nobody has taken, which then are no longer there. */
  drain(): T[] {
    return this.#waiting.splice(0)
  }

  /**
   * The next one, or undefined when there will be none. One caller at a time.
   * @throws what `close` was given
   */
  async take(): Promise<T | undefined> {
    for (;;) {
      const item = this.#waiting.shift()
      if (item !== undefined) return item
      if (this.#failure !== undefined) throw this.#failure
      if (this.#isOver) return undefined
      await new Promise<void>(resolve => (this.#wake = resolve))
    }
  }
}
