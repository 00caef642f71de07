/**
 * The maps whose results somebody is taking. They are work under way, also between two calls: closing gracefully waits for
 * them, and they may start calls meanwhile.
 */
export class OpenMaps {
  readonly #open = new Set<string>()
  #isClosing = false
  #onQuiet = (): void => {}

  /** The first result of a map was asked for. */
  begin(id: string): void {
    if (!this.#isClosing) this.#open.add(id)
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

  /** None is waited for any longer, and none may start calls. */
  abandon(): void {
    this.#open.clear()
    this.#onQuiet()
  }
}
