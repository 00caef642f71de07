/**
 * The memo of a pickle being read. Writers number from 0 upwards, which is an array; any other numbering goes to a Map, so that an
 * index from the pickle never sizes anything.
 */

export class Memo {
  readonly #dense: unknown[] = []
  readonly #sparse = new Map<number, unknown>()

  /** How many values there are: the index that MEMOIZE uses. */
  get size(): number {
    return this.#dense.length + this.#sparse.size
  }

  has(index: number): boolean {
    return index < this.#dense.length || this.#sparse.has(index)
  }

  get(index: number): unknown {
    return index < this.#dense.length ? this.#dense[index] : this.#sparse.get(index)
  }

  put(index: number, value: unknown): void {
    if (index > this.#dense.length || this.#sparse.has(index)) this.#sparse.set(index, value)
    else this.#dense[index] = value
  }

  /** Puts another value in the place of one that was memoized once. */
  replaceLast(value: unknown, replacement: unknown): void {
    const index = this.#dense.lastIndexOf(value)
    if (index >= 0) {
      this.#dense[index] = replacement
      return
    }
    for (const [key, each] of this.#sparse) if (each === value) this.#sparse.set(key, replacement)
  }
}
