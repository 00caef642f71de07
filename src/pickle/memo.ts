/**
 * The memo of a pickle being read. Writers number from 0 upwards, which is an array; any other numbering goes to a Map, so that an
 * index from the pickle never sizes anything.
 */

export class Memo {
  readonly #dense: unknown[] = []
  readonly #sparse = new Map<number, unknown>()
  /** Which of the dense values somebody has taken. */
  #taken = new Uint8Array(64)
  readonly #takenSparse = new Set<number>()

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

  /** Remembers that somebody refers to the value, which is there. */
  noteTaken(index: number): void {
    if (index >= this.#dense.length) this.#takenSparse.add(index)
    else {
      if (index >= this.#taken.length) this.#growTaken()
      this.#taken[index] = 1
    }
  }

  isTaken(index: number): boolean {
    return this.#taken[index] === 1 || this.#takenSparse.has(index)
  }

  #growTaken(): void {
    const grown = new Uint8Array(this.#dense.length * 2)
    grown.set(this.#taken)
    this.#taken = grown
  }

  /** Puts a value under the next index. */
  add(value: unknown): void {
    if (this.#sparse.size === 0) this.#dense.push(value)
    else this.put(this.size, value)
  }

  put(index: number, value: unknown): void {
    if (index === this.#dense.length && this.#sparse.size === 0) this.#dense.push(value)
    else if (index > this.#dense.length || this.#sparse.has(index)) this.#sparse.set(index, value)
    else this.#dense[index] = value
  }
}
