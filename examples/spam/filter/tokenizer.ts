/**
 * Text to tokens: single words, and runs of neighbouring words when asked for.
 * A token is counted once an e-mail, however often it stands there.
 */

/** What counts as a word. */
const word = /[a-z]{3,}/g

export interface TokenizerOptions {
  readonly words: number
  readonly skip: ReadonlySet<string>
}

export function tokenize(text: string, { words, skip }: TokenizerOptions): Set<string> {
  const found = text.toLowerCase().match(word) ?? []
  const kept = found.filter(word => !skip.has(word))
  const tokens = new Set<string>(kept)
  for (let length = 2; length <= words; length++) {
    for (let end = length; end <= kept.length; end++) tokens.add(kept.slice(end - length, end).join(' '))
  }
  return tokens
}
