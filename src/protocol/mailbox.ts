/**
 * Things that arrive, kept in order for the one who takes them.
 */
export class Mailbox<T> {
  readonly #waiting: T[] = []
  #wake = (): void => {}
  #failure: unknown
  #isOver = false

  put(item: T): void {
    this.#waiting.push(item)
    this.#wake()
  }

  /** Nothing more will come, because of `failure` where there is one. What is there can still be taken. */
  close(failure?: unknown): void {
    this.#isOver = true
    this.#failure ??= failure
    this.#wake()
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
