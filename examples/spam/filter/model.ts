/**
 * The naive Bayes model: how much more likely each token makes it that an e-mail is spam, as a logarithm.
 * Tokens are taken to be independent of each other, and smoothed as Laplace did it.
 */

export interface Example {
  readonly spam: boolean
  readonly tokens: Uint32Array
}

export interface Model {
  /** The logarithm of spam : ham before a word is read. */
  readonly prior: number
  /** What each token adds to it, by its number in the vocabulary. */
  readonly weights: Float64Array
}

export function train(examples: readonly Example[], vocabularySize: number, smoothing: number): Model {
  const spam = count(examples, vocabularySize, true)
  const ham = count(examples, vocabularySize, false)
  const weights = new Float64Array(vocabularySize)
  for (let token = 0; token < vocabularySize; token++) {
    weights[token] = logProbability(spam, token, smoothing) - logProbability(ham, token, smoothing)
  }
  return { prior: Math.log(spam.emails / ham.emails), weights }
}

/** Whether the tokens make spam more likely than ham. */
export function isSpam({ prior, weights }: Model, tokens: Uint32Array): boolean {
  let logOdds = prior
  for (const token of tokens) logOdds += weights[token] ?? 0
  return logOdds > 0
}

interface Counts {
  emails: number
  readonly withToken: Uint32Array
}

function count(examples: readonly Example[], vocabularySize: number, spam: boolean): Counts {
  const counts: Counts = { emails: 0, withToken: new Uint32Array(vocabularySize) }
  for (const example of examples) {
    if (example.spam !== spam) continue
    counts.emails++
    for (const token of example.tokens) counts.withToken[token] = (counts.withToken[token] ?? 0) + 1
  }
  return counts
}

/** How likely an e-mail of this kind holds the token: never 0, so that one unknown word decides nothing alone. */
function logProbability({ emails, withToken }: Counts, token: number, smoothing: number): number {
  return Math.log(((withToken[token] ?? 0) + smoothing) / (emails + 2 * smoothing))
}
