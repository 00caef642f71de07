/** The end of an executor. */
import assert from 'node:assert/strict'
import { until } from '../deadline.ts'
import { failsWith, failureOf, type ContractTest } from './contract-test.ts'
import { oneAndNoMore } from './maps.ts'

export const closing: readonly ContractTest[] = [
  {
    name: 'close waits for what was started, takes nothing new, and leaves no worker',
    workers: 1,
    async run({ executor, functions: { wait, add } }) {
      const remote = executor.remote(add)
      const calls = [executor.run(wait, 200), executor.run(wait, 1)]
      const isClosed = executor.close()
      await failsWith('ERR_EXECUTOR_CLOSED', executor.run(add, 1, 2))
      await failsWith('ERR_EXECUTOR_CLOSED', executor.with({ timeoutMs: 60_000 }).run(add, 1, 2))
      await failsWith('ERR_EXECUTOR_CLOSED', remote(1, 2))
      await failsWith('ERR_EXECUTOR_CLOSED', executor.submit(add, [1, 2]))
      await failsWith('ERR_EXECUTOR_CLOSED', executor.map(() => 1, [1]).toArray())
      assert.deepEqual(await Promise.all(calls), ['waited', 'waited'])
      await isClosed
      await executor.close()
      assert.equal(executor.stats().workers, 0)
    },
  },
  {
    name: 'close waits for a map of which somebody takes results',
    async run({ executor, functions: { square } }) {
      const results = executor.map(square, [1, 2, 3], { concurrency: 1 })
      await results.next()
      const isClosed = executor.close()
      assert.deepEqual(
        (await results.toArray()).map(([n]) => n),
        [4, 9],
      )
      await isClosed
    },
  },
  {
    name: 'close by force, or when its time is up, ends what runs and what waits',
    workers: 1,
    async run({ executor, functions: { untilAborted } }) {
      let hasBegun = false
      const heard = executor.with({ onProgress: () => (hasBegun = true) })
      const failures = [1, 2].map(() => failsWith('ERR_EXECUTOR_CLOSED', heard.run(untilAborted)))
      await until('a call runs', () => hasBegun)
      await executor.close({ timeoutMs: 50 })
      await Promise.all(failures)
      await executor.close({ force: true })
    },
  },
  {
    name: 'close by force ends a map that waits for an input',
    async run({ executor, functions: { square } }) {
      const results = executor.map(square, oneAndNoMore(), { concurrency: 2 })
      assert.deepEqual((await results.next()).value, [1, 0])
      const failure = failsWith('ERR_EXECUTOR_CLOSED', results.next())
      await executor.close({ force: true })
      await failure
    },
  },
  {
    name: 'an executor can be disposed of; options that mean nothing are refused',
    async run({ executor, functions: { add } }) {
      assert.ok((await failureOf(executor.close({ timeout: 1 } as object))) instanceof TypeError)
      assert.equal(await executor.run(add, 1, 2), 3)
      await executor[Symbol.asyncDispose]()
      await failsWith('ERR_EXECUTOR_CLOSED', executor.run(add, 1, 2))
    },
  },
]
