/**
 * Computed keys of fields are read from V8's snapshots of the heap, which do not tell every string exactly: then none travels.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dumps, loads } from '../../src/cloudpickle/index.ts'
import { isModulePickleError } from '../../src/errors.ts'

function withField(key: string): new () => object {
  return class {
    [key] = 1
  }
}

const exact = ['plain', 'é', '', '7', 'tab\t\n"\\', '\u0001']
const inexact = ['a\0b', 'a b', '😀', 'a😀', 'a😀b', '\ud800', 'a\udc00', '\ufffd', 'a'.repeat(1000)]

for (const key of exact) {
  test(`the key of a field that was ${JSON.stringify(key)} is that again`, async () => {
    const made = (await loads(dumps(withField(key)))) as new () => object
    assert.deepEqual(Object.keys(new made()), [key])
  })
}

for (const key of inexact) {
  test(`the key of a field that was ${JSON.stringify(key).slice(0, 20)} is not guessed`, () => {
    assert.throws(
      () => dumps(withField(key)),
      error => isModulePickleError(error, 'ERR_CAPTURE_UNSUPPORTED') && /key of a field/.test(error.message),
    )
  })
}
