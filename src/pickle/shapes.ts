/**
 * Shapes: the keys that many plain objects of one pickle have in common, so that they are looked up and compared as one.
 */

/** Objects of more keys than this are written without a Shape. */
const mostKeys = 64

/** The keys that many objects have in common, in order, and where the memo has them. */
export class Shape {
  readonly keys: readonly string[]
  /** By position: the key's memo index, or -1 where it is not known yet. */
  readonly memoIndices: number[]
  /** What has a `constructor` of its own may be the prototype of a class. */
  readonly isUsual: boolean

  constructor(keys: readonly string[]) {
    this.keys = keys
    this.memoIndices = keys.map(() => -1)
    this.isUsual = !keys.includes('constructor')
  }

  has(keys: readonly string[]): boolean {
    const own = this.keys
    if (own.length !== keys.length) return false
    for (let i = 0; i < keys.length; i++) if (own[i] !== keys[i]) return false
    return true
  }
}

/** The shapes of one dump, by first key: the one seen last. */
export class Shapes {
  readonly #byFirstKey = new Map<string | undefined, Shape>()

  /** The shape of an object with Object.prototype; undefined when the rules have to look at it. */
  of(object: object): Shape | undefined {
    const keys = Object.getOwnPropertyNames(object)
    if (keys.length > mostKeys) return undefined
    let shape = this.#byFirstKey.get(keys[0])
    if (shape === undefined || !shape.has(keys)) {
      shape = new Shape(keys)
      this.#byFirstKey.set(keys[0], shape)
    }
    return shape.isUsual ? shape : undefined
  }
}
