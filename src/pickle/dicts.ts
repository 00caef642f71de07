/**
 * Which dicts of a pickle become objects and which become Maps.
 *
 * A dict is an object until a key that is no string shows up. If nobody but the stack and the memo has it by then, a Map takes
 * its place. Else somebody refers to it already: decoding starts again, with such dicts, by ordinal, as Maps from the start.
 */

export class DictKinds {
  /** Ordinals of dicts that must be Maps. */
  readonly #maps = new Set<number>()
  /** The dicts of this pass that are objects, with their ordinals. */
  #objects = new Map<object, number>()
  readonly #shared = new Set<object>()
  #count = 0
  /** The dict made last, until it is memoized: that one memo entry does not count as sharing. */
  #fresh: unknown
  #surveying = false

  /** True once this pass can only look for more dicts that must be Maps. */
  get surveying(): boolean {
    return this.#surveying
  }

  startPass(): void {
    this.#objects = new Map()
    this.#shared.clear()
    this.#count = 0
    this.#surveying = false
  }

  make(): object {
    const ordinal = this.#count++
    if (this.#maps.has(ordinal)) return new Map()
    const dict = {}
    this.#objects.set(dict, ordinal)
    this.#fresh = dict
    return dict
  }

  isObject(target: unknown): target is object {
    return this.#objects.has(target as object)
  }

  noteMemoized(value: unknown): void {
    if (value === this.#fresh) this.#fresh = undefined
    else this.noteShared(value)
  }

  noteShared(value: unknown): void {
    if (this.isObject(value)) this.#shared.add(value)
  }

  /** The Map to put in the place of `dict`, or undefined when decoding has to start again. */
  replace(dict: object): Map<unknown, unknown> | undefined {
    if (!this.#shared.has(dict) && Reflect.ownKeys(dict).length === 0) {
      this.#objects.delete(dict)
      return new Map()
    }
    this.#maps.add(this.#objects.get(dict) as number)
    this.#surveying = true
    return undefined
  }
}
