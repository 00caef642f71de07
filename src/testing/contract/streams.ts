/** Calls of functions that return async iterables. */
import assert from 'node:assert/strict'
import { failsWith, failureOf, type ContractTest } from './contract-test.ts'

/** More than any buffer holds. */
const many = 100_000

async function drain(items: AsyncIterable<unknown>, taken: unknown[]): Promise<void> {
  for await (const item of items) taken.push(item)
}

export const streams: readonly ContractTest[] = [
  {
    name: 'a stream gives all items in order',
    async run({ executor, functions: { countTo } }) {
      const taken: unknown[] = []
      await drain(await executor.run(countTo, 1000), taken)
      assert.deepEqual(
        taken,
        Array.from({ length: 1000 }, (_, index) => index),
      )
    },
  },
  {
    name: 'a stream is made as it is taken, and ended by who stops taking',
    workers: 1,
    async run({ executor, functions: { countTo, streamCounts, wait } }) {
      const before = await executor.run(streamCounts)
      const items = await executor.run(countTo, many)
      assert.deepEqual(await items.next(), { done: false, value: 0 })
      await wait(300)
      await items.return?.()
      const { made, ended } = await executor.run(streamCounts)
      assert.ok(made < 1000, `${made} items were made for one that was taken`)
      assert.equal(ended, before.ended + 1)
      for await (const n of await executor.run(countTo, many)) if (n === 3) break
      assert.equal((await executor.run(streamCounts)).ended, before.ended + 2)
    },
  },
  {
    name: 'a stream that fails gives the items before that',
    async run({ executor, functions: { failAfter, giveOneThatCannotBePickled, Overdrawn } }) {
      const taken: unknown[] = []
      assert.ok((await failureOf(drain(await executor.run(failAfter, 2), taken))) instanceof Overdrawn)
      assert.deepEqual(taken, [0, 1])
      const odd: unknown[] = []
      await failsWith('ERR_UNPICKLABLE', drain(await executor.run(giveOneThatCannotBePickled), odd))
      assert.deepEqual(odd, [1])
    },
  },
  {
    name: 'a stream whose worker is lost says so, and is not begun anew',
    needs: 'crashes',
    async run({ executor, functions: { dieAfter } }) {
      const taken: unknown[] = []
      const stubborn = executor.with({ retries: { limit: 3, backoffMs: 1 } })
      await failsWith('ERR_WORKER_LOST', drain(await stubborn.run(dieAfter, 1), taken))
      assert.deepEqual(taken, [0])
    },
  },
  {
    name: 'a stream that is stopped and does not end costs no more than its worker',
    needs: 'busyCalls',
    workers: 1,
    async run({ executor, functions: { getStuck, add } }) {
      const items = await executor.run(getStuck)
      await items.next()
      await items.return?.()
      assert.equal(await executor.run(add, 1, 2), 3)
    },
  },
]
