/** Results of the filter as cells of a table. */
import type { Settings } from '../filter/email.ts'
import type { Score } from '../filter/metrics.ts'

export const settingsHead = ['tokens', 'common words', 'smoothing']
export const scoreHead = ['precision', 'recall', 'F1', 'ham lost', 'spam missed']

export function settingsCells({ words, dropCommon, smoothing }: Settings): string[] {
  return [words === 1 ? 'words' : 'words and pairs', dropCommon ? 'dropped' : 'kept', String(smoothing)]
}

/** The same settings in a sentence. */
export function describe(settings: Settings): string {
  const [tokens, commonWords, smoothing] = settingsCells(settings)
  return `${tokens}, common words ${commonWords}, smoothing ${smoothing}`
}

export function scoreCells({ precision, recall, f1, hamLost, spamMissed }: Score): string[] {
  return [percent(precision), percent(recall), percent(f1), String(hamLost), String(spamMissed)]
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
