/**
 * When the disk is looked at again: each time, once for all calls of a synchronous turn, after a while, or never.
 */

/**
 * `call`: at each call, where those of one synchronous turn count as one. `once`: the code stays what it was when it was first
 * needed. `maxAgeMs`: what was seen may be that old.
 */
export type Freshness = 'call' | 'once' | { readonly maxAgeMs: number }

/** Remembers for which projects the last look still counts. */
export class FreshnessCheck {
  readonly #freshness: Freshness | 'always'
  readonly #lookedAtMs = new Map<string, number>()

  constructor(freshness: Freshness | 'always') {
    this.#freshness = freshness
  }

  /** True when the project at `root` has to be looked at now, which then counts as done. */
  isDue(root: string): boolean {
    if (this.#freshness === 'always') return true
    if (this.#isStillGood(root)) return false
    if (this.#freshness === 'call' && this.#lookedAtMs.size === 0) queueMicrotask(() => this.#lookedAtMs.clear())
    this.#lookedAtMs.set(root, performance.now())
    return true
  }

  #isStillGood(root: string): boolean {
    const lookedAtMs = this.#lookedAtMs.get(root)
    if (lookedAtMs === undefined) return false
    return typeof this.#freshness === 'string' || performance.now() - lookedAtMs < this.#freshness.maxAgeMs
  }
}
