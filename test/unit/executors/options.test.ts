/** What callers get wrong in options is refused, with what would have been right. No worker is started. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { connect } from '../../../src/executors/connect.ts'
import type { Executor } from '../../../src/executors/contract.ts'

suite('options', () => {
  let pool: Executor

  before(async () => (pool = await connect('local:', { workers: 1 })))
  after(() => pool.close())

  const map = (inputs: unknown, options?: unknown): unknown => pool.map(Math.abs, inputs as number[], options as object)

  test('of connect() that it does not have are refused, with those that it has', async () => {
    await assert.rejects(connect('local:', { worker: 2 } as object), {
      name: 'TypeError',
      message: 'connect() has no option worker. It has fresh, changed, workers, env, cwd, key, isolate, inspect.',
    })
    await assert.rejects(connect('local:', 4 as never), /have to be an object, and are 4\./)
    for (const workers of [0, -1, 1.5, Number.NaN, '2']) {
      await assert.rejects(connect('local:', { workers: workers as number }), RangeError, String(workers))
    }
  })

  test('that are a directory are a text', async () => {
    for (const cwd of ['', 5, new URL('file:///tmp')]) {
      await assert.rejects(connect('local:', { cwd: cwd as never }), /cwd has to be a text that is not empty, and is/)
    }
  })

  test('that are an environment have texts, or undefined for what is taken away', async () => {
    for (const target of ['local:', 'docker:node:24-slim'] as const) {
      await assert.rejects(connect(target, { env: { A: 5 } as never }), /env\.A has to be a text, and is 5\./, target)
      await assert.rejects(
        connect(target, { env: ['A=5'] as never }),
        /env has to be an object, and is an array\./,
        target,
      )
      for (const name of ['A=B', '', 'A\0B']) {
        await assert.rejects(
          connect(target, { env: { [name]: 'x' } }),
          /which cannot be the name of a variable\./,
          target,
        )
      }
      await assert.rejects(connect(target, { env: null as never }), /env has to be an object, and is null\./, target)
    }
    await (await connect('local:', { env: { A: '', B: undefined } })).close()
  })

  test('that say what becomes of changed code have values that are known', async () => {
    for (const target of ['local:', 'inline:', 'docker:node:24-slim'] as const) {
      await assert.rejects(connect(target, { changed: 'ignore' as never }), /changed has to be .*refuse/, target)
    }
  })

  test('that say when code is looked at again have values that are known', async () => {
    for (const fresh of ['always', 1, null, { maxAgeMs: -1 }, { maxAgeMs: '5' }]) {
      await assert.rejects(connect('local:', { fresh: fresh as never }), RangeError, JSON.stringify(fresh))
    }
    await assert.rejects(connect('local:', { fresh: { maxAge: 5 } as never }), /fresh has no option maxAge\./)
    for (const fresh of ['call', 'once', { maxAgeMs: 0 }] as const) await (await connect('local:', { fresh })).close()
  })

  test('of map() that it does not have are refused, with those that it has', () => {
    assert.throws(() => map([1], { concurency: 5, order: true }), {
      name: 'TypeError',
      message: 'map() has no option concurency, order. It has concurrency, ordered, errors.',
    })
    assert.throws(() => map([1], null), /The options of map\(\) have to be an object, and are null\./)
  })

  test('of map() have values that are known', () => {
    assert.throws(() => map([1], { errors: 'yeild' }), {
      name: 'RangeError',
      message: 'errors has to be "throw" or "yield", and is "yeild".',
    })
    assert.throws(() => map([1], { ordered: 'no' }), /^RangeError: ordered has to be true or false, and is "no"\.$/)
    assert.throws(() => map([1], { concurrency: '3' }), /^RangeError: concurrency .* and is "3"\.$/)
    map([1], { concurrency: undefined, ordered: undefined, errors: undefined })
  })

  test('inputs that cannot be iterated are refused when map() is called', () => {
    for (const [inputs, text] of [
      [5, '5'],
      [undefined, 'undefined'],
      [null, 'null'],
      [{ length: 1 }, 'an object'],
      [Math.abs, 'a function'],
    ] as const) {
      const message = `The inputs of map() have to be iterable, and are ${text}.`
      assert.throws(() => map(inputs), { name: 'TypeError', message })
    }
  })

  test('of close() that it does not have are refused, and nothing is closed', async () => {
    await assert.rejects(
      pool.close({ forced: true } as object),
      /close\(\) has no option forced\. It has force, timeoutMs\./,
    )
    await assert.rejects(pool.close({ force: 1 as never }), RangeError)
    for (const timeoutMs of [-1, Number.NaN, 2 ** 31, Infinity]) {
      await assert.rejects(pool.close({ timeoutMs }), /^RangeError: timeoutMs has to be a number from 0 to 2147483647/)
    }
    map([1])
  })
})
