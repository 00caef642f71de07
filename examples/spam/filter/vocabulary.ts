/** Tokens as small numbers, so that the model can count them in arrays. */

export class Vocabulary {
  readonly #ids = new Map<string, number>()

  get size(): number {
    return this.#ids.size
  }

  /** The numbers of these tokens; a token not seen before gets the next one. */
  encode(tokens: ReadonlySet<string>): Uint32Array {
    const ids = new Uint32Array(tokens.size)
    let next = 0
    for (const token of tokens) {
      let id = this.#ids.get(token)
      if (id === undefined) this.#ids.set(token, (id = this.#ids.size))
      ids[next++] = id
    }
    return ids
  }
}
