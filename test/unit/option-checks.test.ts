/** What callers hand over is refused where it means nothing: a slip of the pen in an option must not make it go away. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, dumps, loads, loadsSync } from '../../dist/index.js'

test('options of dumps and loads that do not exist are refused', async () => {
  assert.throws(() => dumps(1, { package: 'include' } as never), /dumps\(\) has no option package\. It has packages/)
  assert.throws(
    () => loadsSync(dumps(1), { allowed: 'data' } as never),
    /loads\(\) has no option allowed\. It has packages, allow/,
  )
  await assert.rejects(loads(dumps(1), { allow: 'date' } as never), RangeError)
})

test('what is no pickle or no target is refused by what it is', async () => {
  await assert.rejects(loads(new ArrayBuffer(1) as never), /A pickle has to be a Uint8Array, and is an object/)
  await assert.rejects(connect({ workers: 2 } as never), /connect\(\) takes a target such as "local:", then options/)
})

test('a function that uses an executor is told that calls cannot be nested', async () => {
  await using pool = await connect('inline:')
  await assert.rejects(
    pool.run(() => pool.run(() => 1)),
    { code: 'ERR_NESTED_CALL', path: 'fn{pool}' },
  )
})
