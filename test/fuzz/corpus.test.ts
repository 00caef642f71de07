/** The corpus that fuzzing has grown: each input is read or refused as it should be. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCorpus } from './corpus.ts'
import { judge } from './judge.ts'

test('every input of the corpus is read, or refused by code and offset', { timeout: 60_000 }, () => {
  const corpus = readCorpus()
  assert.ok(corpus.length > 100)
  for (const input of corpus) {
    const wrong = judge(input)
    if (wrong !== undefined) assert.fail(`${wrong}\n${Buffer.from(input).toString('base64')}`)
  }
})
