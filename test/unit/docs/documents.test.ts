/** The documents say what the code does. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { suite, test } from 'node:test'
import { codes, warningCodes } from '../../../src/errors.ts'
import { repository } from '../../support/project.ts'

const read = (file: string): string => readFileSync(path.join(repository, file), 'utf8')

suite('documents', () => {
  test('ERRORS.md has one heading for each code of an error or warning, and no other', () => {
    const headings = [...read('docs/ERRORS.md').matchAll(/^### (\w+)$/gm)].map(match => match[1])
    assert.deepEqual(headings.toSorted(), Object.keys({ ...codes, ...warningCodes }).toSorted())
  })

  test('the first example of README.md is the program that the demo runs', () => {
    const [, example] = /```ts\n([^]*?)\n```/.exec(read('README.md')) ?? []
    assert.equal(example, read('examples/spam/sweep.ts').trimEnd())
  })

  test('every document that README.md links to exists', () => {
    for (const [, file] of read('README.md').matchAll(/\]\((docs\/[^)#]+)\)/g)) assert.ok(read(file!).length > 0)
  })
})
