/** Errors of calls, which feel as if they had happened here. */
import assert from 'node:assert/strict'
import { failsWith, failureOf, type ContractTest } from './contract-test.ts'

export const errors: readonly ContractTest[] = [
  {
    name: 'errors keep class, message, properties and cause, and tell where they were thrown',
    async run({ executor, functions: { withdraw, openAccount, Overdrawn, Account } }) {
      const failure = await failureOf(executor.run(withdraw, openAccount(1), 2))
      assert.ok(failure instanceof Overdrawn)
      assert.deepEqual([failure.name, failure.message, failure.code], ['Overdrawn', 'Ada has no 2', 'OVERDRAWN'])
      assert.ok(failure.account instanceof Account)
      assert.ok(failure.cause instanceof RangeError)
      assert.equal(failure.cause.message, '2 is too much')
      assert.match(failure.stack ?? '', /withdraw .*accounts\.js:\d+/)
    },
  },
  {
    name: 'any value can be thrown, also several errors at once',
    async run({ executor, functions: { throwValue, throwSeveral } }) {
      for (const value of [undefined, 'text', { reason: 'because' }]) {
        const [outcome] = await Promise.allSettled([executor.run(throwValue, value)])
        assert.deepEqual(outcome, { status: 'rejected', reason: value })
      }
      const failure = await failureOf(executor.run(throwSeveral))
      assert.ok(failure instanceof AggregateError)
      const [first, second] = failure.errors as unknown[]
      assert.ok(first instanceof RangeError && second instanceof TypeError)
    },
  },
  {
    name: 'what cannot be pickled is told with the path to it, and harms nothing else',
    async run({ executor, functions: { identity, giveWhatCannotBePickled } }) {
      const never = new Promise(() => {})
      const argument = await failsWith('ERR_UNPICKLABLE', executor.run(identity, { list: [never] }))
      assert.equal((argument as { path?: string }).path, 'args[0].list[0]')
      const result = await failsWith('ERR_UNPICKLABLE', executor.run(giveWhatCannotBePickled))
      assert.equal((result as { path?: string }).path, 'result.deep.never')
      assert.equal(await executor.run(identity<number>, 1), 1)
    },
  },
  {
    name: 'an error that nobody catches, or a rejection that nobody handles, is that of its call',
    needs: 'strayErrors',
    async run({ executor, functions: { throwInTimer, rejectUnhandled } }) {
      for (const [fn, message] of [
        [throwInTimer, 'in a timer'],
        [rejectUnhandled, 'nobody cares'],
      ] as const) {
        const failure = await failureOf(executor.run<[], unknown>(fn))
        assert.ok(failure instanceof RangeError)
        assert.equal(failure.message, message)
      }
    },
  },
  {
    name: 'what a finished call has left behind fails no other call',
    needs: 'strayErrors',
    workers: 1,
    async run({ executor, functions: { throwLater, wait } }) {
      assert.equal(await executor.run(throwLater, 50), 'fine')
      assert.equal(await executor.run(wait, 200), 'waited')
      assert.equal(await executor.run(throwLater, 50), 'fine')
      await wait(200)
      assert.equal(await executor.run(wait, 1), 'waited')
    },
  },
]
