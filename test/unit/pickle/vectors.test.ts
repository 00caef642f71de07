/** Frozen pickles: what was written once is still read, and is still what would be written. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { dumps, loads } from '../../../src/pickle/index.ts'
import { javascriptValues, pythonValues } from '../../vectors/values.ts'

function read<T>(file: string): Record<string, T> {
  return JSON.parse(readFileSync(new URL(`../../vectors/${file}`, import.meta.url), 'utf8')) as Record<string, T>
}

const written = read<string>('pickle-js.json')
const fromCpython = read<string[]>('pickle-cpython.json')

for (const [name, value] of Object.entries(javascriptValues)) {
  test(`the frozen pickle is read and written: ${name}`, () => {
    const frozen = Buffer.from(written[name] ?? '', 'base64')
    assert.deepEqual(loads(frozen), value)
    assert.equal(Buffer.from(dumps(value)).toString('base64'), written[name])
  })
}

for (const [source, value] of pythonValues) {
  test(`the frozen pickles of CPython are read: ${source}`, () => {
    const pickles = fromCpython[source] ?? []
    assert.equal(pickles.length, 6)
    for (const pickle of pickles) assert.deepEqual(loads(Buffer.from(pickle, 'base64')), value)
  })
}
