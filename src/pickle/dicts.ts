/**
 * Which dicts of a pickle become objects and which become Maps.
 *
 * A dict is an object until a key that is no string shows up. If nobody but the stack and the memo has it by then, a Map takes
 * its place. Else somebody refers to it already: decoding starts again, with such dicts, by ordinal, as Maps from the start.
 * Most pickles have no such key, so that what is kept for each dict is little, and looked up only when one shows up.
 */
import type { Memo } from './memo.ts'

/** A dict that nobody else has yet, and where the memo has it. */
interface Replaced {
  map: Map<unknown, unknown>
  memoIndex: number | undefined
}

export class DictKinds {
  /** Ordinals of dicts that must be Maps. */
  readonly #maps = new Set<number>()
  /** The dicts of this pass, by ordinal; undefined for those that are Maps. */
  #made: (object | undefined)[] = []
  /** By ordinal: the memo index that the dict got when it was made. */
  #memoIndices: (number | undefined)[] = []
  /** Ordinals of the dicts that are objects; holds the first `#known` of `#made`. */
  #ordinals = new Map<object, number>()
  #known = 0
  /** Dicts that somebody may refer to. */
  #shared = new Set<object>()
  /** The dict made last, until it is memoized: that one memo entry does not count as sharing. */
  #fresh: object | undefined
  #surveying = false

  /** True once this pass can only look for more dicts that must be Maps. */
  get surveying(): boolean {
    return this.#surveying
  }

  startPass(): void {
    this.#made = []
    this.#memoIndices = []
    this.#ordinals = new Map()
    this.#known = 0
    this.#shared = new Set()
    this.#fresh = undefined
    this.#surveying = false
  }

  make(): object {
    if (this.#maps.size > 0 && this.#maps.has(this.#made.length)) {
      this.#made.push(undefined)
      this.#memoIndices.push(undefined)
      return new Map()
    }
    const dict = {}
    this.#made.push(dict)
    this.#memoIndices.push(undefined)
    this.#fresh = dict
    return dict
  }

  isObject(target: object): boolean {
    for (; this.#known < this.#made.length; this.#known++) {
      const dict = this.#made[this.#known]
      if (dict !== undefined) this.#ordinals.set(dict, this.#known)
    }
    return this.#ordinals.has(target)
  }

  noteMemoized(value: object, index: number): void {
    if (value === this.#fresh) {
      this.#memoIndices[this.#made.length - 1] = index
      this.#fresh = undefined
    } else this.noteShared(value)
  }

  noteShared(value: object): void {
    // Asks only itself: the value may be a Proxy.
    if (!Array.isArray(value) && this.isObject(value)) this.#shared.add(value)
  }

  /** The Map to put in the place of `dict`, an object by `isObject`, or undefined when decoding has to start again. */
  replace(dict: object, memo: Memo): Replaced | undefined {
    const ordinal = this.#ordinals.get(dict) as number
    const memoIndex = this.#memoIndices[ordinal]
    const isShared = this.#shared.has(dict) || (memoIndex !== undefined && memo.isTaken(memoIndex))
    if (!isShared && Reflect.ownKeys(dict).length === 0) {
      this.#ordinals.delete(dict)
      return { map: new Map(), memoIndex }
    }
    this.#maps.add(ordinal)
    this.#surveying = true
    return undefined
  }
}
