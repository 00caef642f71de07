/**
 * The filter's front door: e-mails and settings in, a score out.
 * Every e-mail is judged once, by a model trained on the four fifths that it is not part of.
 */
import type { Email, Settings } from './email.ts'
import { type Score, Tally } from './metrics.ts'
import { type Example, isSpam, train } from './model.ts'
import { tokenize } from './tokenizer.ts'
import { Vocabulary } from './vocabulary.ts'

export interface Job {
  readonly emails: readonly Email[]
  readonly settings: Settings
}

export interface Result {
  readonly settings: Settings
  readonly score: Score
  readonly vocabularySize: number
}

/** How many models are trained, each on all the e-mails but its own share. */
export const folds = 5

export async function crossValidate({ emails, settings }: Job): Promise<Result> {
  const skip = settings.dropCommon ? (await import('./stop-words.ts')).stopWords : new Set<string>()
  const vocabulary = new Vocabulary()
  const examples: Example[] = emails.map(({ spam, text }) => ({
    spam,
    tokens: vocabulary.encode(tokenize(text, { words: settings.words, skip })),
  }))

  const tally = new Tally()
  for (let fold = 0; fold < folds; fold++) {
    const model = train(
      examples.filter((_, index) => index % folds !== fold),
      vocabulary.size,
      settings.smoothing,
    )
    for (let index = fold; index < examples.length; index += folds) {
      const { spam, tokens } = examples[index]!
      tally.add(spam, isSpam(model, tokens))
    }
  }
  return { settings, score: tally.score(), vocabularySize: vocabulary.size }
}
