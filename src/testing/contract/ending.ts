/** Calls that are ended before they are done, and calls that are repeated. */
import assert from 'node:assert/strict'
import { until } from '../deadline.ts'
import { failsWith, failureOf, type ContractTest } from './contract-test.ts'

export const ending: readonly ContractTest[] = [
  {
    name: 'a call that is cancelled rejects, and its code is told',
    async run({ executor, functions: { untilAborted, add } }) {
      const told: unknown[] = []
      const call = executor.with({ onProgress: value => told.push(value) }).run(untilAborted)
      const failure = failsWith('ERR_CALL_CANCELLED', call)
      await until('the call has begun', () => told.length === 1)
      call.cancel()
      await failure
      await until('the code is told', () => told.length === 2)
      assert.deepEqual(told, ['begun', 'told'])
      assert.equal(await executor.run(add, 1, 2), 3)
    },
  },
  {
    name: 'a call can be cancelled before it has begun',
    workers: 1,
    async run({ executor, functions: { untilAborted, add } }) {
      const first = executor.run(untilAborted)
      const second = executor.run(untilAborted)
      const failures = [first, second].map(call => failsWith('ERR_CALL_CANCELLED', call))
      second.cancel()
      await failures[1]
      first.cancel()
      await failures[0]
      assert.equal(await executor.run(add, 1, 2), 3)
    },
  },
  {
    name: 'a signal cancels the calls of an executor that has it',
    async run({ executor, functions: { untilAborted, add } }) {
      const controller = new AbortController()
      const told: unknown[] = []
      const held = executor.with({ signal: controller.signal, onProgress: value => told.push(value) })
      assert.equal(await held.run(add, 1, 2), 3)
      const failures = [1, 2].map(() => failsWith('ERR_CALL_CANCELLED', held.run(untilAborted)))
      await until('a call has begun', () => told.length > 0)
      controller.abort(new RangeError('enough'))
      for (const { cause } of await Promise.all(failures)) assert.ok(cause instanceof RangeError)
      await failsWith('ERR_CALL_CANCELLED', held.run(add, 1, 2))
      assert.equal(await executor.run(add, 1, 2), 3)
    },
  },
  {
    name: 'a call that takes longer than it may ends by code',
    async run({ executor, functions: { untilAborted, add } }) {
      await failsWith('ERR_CALL_TIMEOUT', executor.with({ timeoutMs: 100 }).run(untilAborted))
      const { result } = await executor.submit(untilAborted, [], { timeoutMs: 100 })
      await failsWith('ERR_CALL_TIMEOUT', result())
      assert.equal(await executor.with({ timeoutMs: 120_000 }).run(add, 1, 2), 3)
    },
  },
  {
    name: 'a call that never gives way ends as any other',
    needs: 'busyCalls',
    workers: 1,
    async run({ executor, functions: { busy, add } }) {
      let hasBegun = false
      const call = executor.with({ onProgress: () => (hasBegun = true) }).run(busy)
      const failure = failsWith('ERR_CALL_CANCELLED', call)
      await until('the call has begun', () => hasBegun)
      call.cancel()
      await failure
      await failsWith('ERR_CALL_TIMEOUT', executor.with({ timeoutMs: 300 }).run(busy))
      assert.equal(await executor.run(add, 1, 2), 3)
    },
  },
  {
    name: 'to end a call ends no other',
    needs: 'busyCalls',
    async run({ executor, functions: { busy, tellAndWait } }) {
      const running = new Set<string>()
      const heard = executor.with({ onProgress: (_value, id) => running.add(id) })
      const call = heard.run(busy)
      const neighbour = heard.run(tellAndWait, 1000)
      const failure = failsWith('ERR_CALL_CANCELLED', call)
      await until('both run', () => running.size === 2)
      call.cancel()
      await failure
      assert.equal(await neighbour, 'waited')
    },
  },
  {
    name: 'a call that fails is repeated only where that is asked for',
    async run({ executor, functions: { failTwice } }) {
      const attempts: unknown[] = []
      const heard = executor.with({ onProgress: value => attempts.push(value) })
      const failure = await failureOf(heard.with({ retries: { limit: 5, backoffMs: 1 } }).run(failTwice))
      assert.equal(failure.message, 'attempt 1')
      const insisting = heard.with({ retries: { limit: 5, backoffMs: 1, when: error => error instanceof RangeError } })
      assert.equal(await insisting.run(failTwice), 3)
      const once = heard.with({ retries: { limit: 1, backoffMs: 1, when: () => true } })
      assert.equal((await failureOf(once.run(failTwice))).message, 'attempt 2')
      await until('all was told', () => attempts.length === 6)
      assert.deepEqual(attempts, [1, 1, 2, 3, 1, 2])
    },
  },
  {
    name: 'a call whose worker is lost is repeated where that is asked for',
    needs: 'crashes',
    async run({ executor, functions: { dieOnce } }) {
      const attempts: unknown[] = []
      const heard = executor.with({ onProgress: value => attempts.push(value) })
      assert.equal(await heard.with({ retries: { limit: 2, backoffMs: 1 } }).run(dieOnce), 2)
      await failsWith('ERR_WORKER_LOST', heard.run(dieOnce))
      await until('all was told', () => attempts.length >= 3)
      assert.deepEqual(attempts, [1, 2, 1])
    },
  },
]
