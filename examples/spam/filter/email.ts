/** What the filter reads, and what can be set about it. */

export interface Email {
  readonly spam: boolean
  /** The subject on the first line, the body below it. */
  readonly text: string
}

export interface Settings {
  /** The longest run of words that counts as one token: 1 for single words, 2 for pairs of neighbours as well. */
  readonly words: number
  /** Whether words like "the" and "and" are left out. */
  readonly dropCommon: boolean
  /** How often every token is taken to have been seen before the first e-mail: Laplace's smoothing parameter. */
  readonly smoothing: number
}
