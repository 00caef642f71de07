/** The words too common to tell spam from ham, read from the data file beside this module. */
import { readFileSync } from 'node:fs'

export const stopWords: ReadonlySet<string> = new Set(
  readFileSync(new URL('./stop-words.txt', import.meta.url), 'utf8')
    .split(/\s+/)
    .filter(Boolean),
)
