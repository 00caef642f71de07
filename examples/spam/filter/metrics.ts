/** How well a filter did: what it called spam against what was spam. */

export interface Score {
  /** Ham that ended up among the spam: the mistake that hurts. */
  readonly hamLost: number
  /** Spam that came through. */
  readonly spamMissed: number
  /** How much of what was called spam is spam, from 0 to 1. */
  readonly precision: number
  /** How much of the spam was found, from 0 to 1. */
  readonly recall: number
  /** The harmonic mean of both. */
  readonly f1: number
}

export class Tally {
  #spamFound = 0
  #hamLost = 0
  #spamMissed = 0

  add(actual: boolean, called: boolean): void {
    if (actual && called) this.#spamFound++
    else if (called) this.#hamLost++
    else if (actual) this.#spamMissed++
  }

  score(): Score {
    const precision = share(this.#spamFound, this.#hamLost)
    const recall = share(this.#spamFound, this.#spamMissed)
    const f1 = share(2 * this.#spamFound, this.#hamLost + this.#spamMissed)
    return { hamLost: this.#hamLost, spamMissed: this.#spamMissed, precision, recall, f1 }
  }
}

function share(right: number, wrong: number): number {
  return right + wrong === 0 ? 0 : right / (right + wrong)
}
