/**
 * The maps whose results somebody is taking. They are work under way, also between two calls: closing gracefully waits for
 * them, and they may start calls meanwhile.
 */
export class OpenMaps {
  /** By id, what ends the map before its inputs do. */
  readonly #open = new Map<string, (reason: Error) => void>()
  #isClosing = false
  #onQuiet = (): void => {}

  /** The first result of a map was asked for. False where none is admitted any more. */
  begin(id: string, interrupt: (reason: Error) => void): boolean {
    if (!this.#isClosing) this.#open.set(id, interrupt)
    return !this.#isClosing
  }

  /** Nothing more will be started. */
  end(id: string): void {
    this.#open.delete(id)
    if (this.#open.size === 0) this.#onQuiet()
  }

  /** Whether the map may start calls. */
  has(id: string): boolean {
    return this.#open.has(id)
  }

  /** Admits no more. Settles when all have ended. */
  async close(): Promise<void> {
    this.#isClosing = true
    if (this.#open.size > 0) await new Promise<void>(resolve => (this.#onQuiet = resolve))
  }

  /** None is waited for any longer, and none may start calls: they end with `reason`. */
  abandon(reason: Error): void {
    const open = [...this.#open.values()]
    this.#open.clear()
    this.#onQuiet()
    for (const interrupt of open) interrupt(reason)
  }
}
