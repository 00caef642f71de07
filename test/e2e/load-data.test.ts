/** `loads(bytes, { allow: 'data' })`: pickles from anybody. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { dumps, loads, loadsSync } from '../../src/index.ts'

const options = { allow: 'data' } as const
const seen = globalThis as { wasRun?: boolean }

suite('pickles of which only data is allowed', () => {
  test('give their data', async () => {
    const value = { map: new Map([[1n, new Date(0)]]), error: new RangeError('x'), bytes: new Uint8Array([1]) }
    assert.deepEqual(await loads(dumps(value), options), value)
    assert.deepEqual(loadsSync(dumps(value), options), value)
  })

  for (const [what, value] of [
    ['a function', () => (seen.wasRun = true)],
    ['a getter, which decoding would call', Object.defineProperty({}, 'x', { get: () => (seen.wasRun = true) })],
    [
      'a class',
      class Local {
        value = 1
      },
    ],
    ['a function of the platform', globalThis.setTimeout],
    ['an export of a module', assert.equal],
  ] as const) {
    test(`are refused with ${what}`, async () => {
      const bytes = dumps({ value })
      await assert.rejects(loads(bytes, options), { code: 'ERR_GLOBAL_FORBIDDEN' })
      assert.throws(() => loadsSync(bytes, options), { code: 'ERR_GLOBAL_FORBIDDEN' })
      assert.equal(seen.wasRun, undefined)
    })
  }

  test('are not loaded where the option has been misspelt', async () => {
    await assert.rejects(loads(dumps(1), { allow: 'date' as 'data' }), RangeError)
  })
})
