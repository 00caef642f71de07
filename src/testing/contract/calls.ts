/** run, remote and submit: what goes there, what comes back, and when it is captured. */
import assert from 'node:assert/strict'
import { until } from '../deadline.ts'
import { failsWith, failureOf, type ContractTest } from './contract-test.ts'

export const calls: readonly ContractTest[] = [
  {
    name: 'run gives what a function returns, also where that is a promise',
    async run({ executor, functions: { add, addLater, makeAdder } }) {
      assert.equal(await executor.run(add, 1, 2), 3)
      assert.equal(await executor.run(addLater, 1, 2), 3)
      assert.equal(await executor.run(makeAdder(40), 2), 42)
    },
  },
  {
    name: 'functions and arguments are captured when a call is made',
    async run({ executor, functions: { sum, makeCounter } }) {
      const numbers = [1, 2]
      const counter = makeCounter(5)
      const calls = [executor.run(sum, numbers), executor.run(counter)]
      numbers.push(100)
      assert.equal(counter(), 6)
      assert.deepEqual(await Promise.all(calls), [3, 6])
      assert.equal(counter(), 7)
    },
  },
  {
    name: 'what a function and its arguments share, they share there',
    async run({ executor, functions: { areSame, makeAreSame } }) {
      const shared = { n: 1 }
      assert.equal(await executor.run(areSame, shared, shared), true)
      assert.equal(await executor.run(areSame, shared, { n: 1 }), false)
      assert.equal(await executor.run(makeAreSame(shared), shared), true)
    },
  },
  {
    name: 'values go and come exactly',
    async run({ executor, functions: { identity } }) {
      const cycle: { self?: unknown; list: unknown[] } = { list: [] }
      cycle.self = cycle
      cycle.list.push(cycle)
      const values = {
        numbers: [0, -0, Number.NaN, Infinity, -1.5, 2 ** 53, 12n, -(2n ** 70n)],
        nothing: [null, undefined],
        texts: ['', 'ä€😀', '\ud800'],
        dates: [new Date(0), new Date(Number.NaN)],
        map: new Map<unknown, unknown>([[{ key: 1 }, new Set([1, 'a'])]]),
        pattern: /a+/giu,
        bytes: [new Uint8Array([1, 2]), new Float64Array([0.5, -0]), new Uint16Array([7]).buffer],
        cycle,
      }
      assert.deepEqual(await executor.run(identity<typeof values>, values), values)
    },
  },
  {
    name: 'instances of local classes are that at both ends',
    async run({ executor, functions: { Account, openAccount, withdraw } }) {
      const account = openAccount(10)
      const left = await executor.run(withdraw, account, 4)
      assert.ok(left instanceof Account)
      assert.deepEqual([left.owner, left.balance, account.balance], ['Ada', 6, 10])
    },
  },
  {
    name: 'functions are results as well',
    async run({ executor, functions: { makeAdder, identity, add } }) {
      const adder = await executor.run(makeAdder, 3)
      assert.equal(adder(4), 7)
      assert.equal(await executor.run(identity<typeof add>, add), add)
    },
  },
  {
    name: 'remote makes a function of a function, which keeps what that was',
    async run({ executor, functions: { makeCounter, add } }) {
      const counter = makeCounter(1)
      const remote = executor.remote(counter)
      counter()
      assert.equal(await remote(), 2)
      const adding = executor.remote(add)
      assert.deepEqual(await Promise.all([adding(1, 2), adding(3, 4)]), [3, 7])
    },
  },
  {
    name: 'a warm worker keeps the state of modules',
    workers: 1,
    async run({ executor, functions: { countCalls } }) {
      const first = await executor.run(countCalls)
      assert.deepEqual([await executor.run(countCalls), await executor.run(countCalls)], [first + 1, first + 2])
    },
  },
  {
    name: 'two workers run two calls at once',
    async run({ executor, functions: { untilAborted } }) {
      const running = new Set<string>()
      const heard = executor.with({ onProgress: (_value, id) => running.add(id) })
      const calls = [1, 2].map(() => heard.run(untilAborted))
      const ended = calls.map(call => failsWith('ERR_CALL_CANCELLED', call))
      await until('both run', () => running.size === 2)
      for (const call of calls) call.cancel()
      await Promise.all(ended)
    },
  },
  {
    name: 'calls have ids of their own, and can be cancelled in vain when they are done',
    async run({ executor, functions: { add } }) {
      const calls = [1, 2, 3].map(n => executor.run(add, n, n))
      assert.equal(new Set(calls.map(({ id }) => id)).size, 3)
      assert.deepEqual(await Promise.all(calls), [2, 4, 6])
      for (const call of calls) call.cancel()
      assert.deepEqual(await Promise.all(calls), [2, 4, 6])
      assert.ok(Array.isArray(calls[0]?.logs()))
    },
  },
  {
    name: 'submit gives a handle, which is no promise',
    async run({ executor, functions: { add, failOn, untilAborted } }) {
      const handle = await executor.submit(add, [1, 2])
      assert.equal('then' in handle, false)
      assert.equal(typeof handle.id, 'string')
      assert.deepEqual([await handle.result(), await handle.result()], [3, 3])
      const failing = await executor.submit(failOn(2), [2])
      assert.equal((await failureOf(failing.result())).name, 'Overdrawn')
      const endless = await executor.submit(untilAborted, [], { timeoutMs: 60_000 })
      endless.cancel()
      await failsWith('ERR_CALL_CANCELLED', endless.result())
    },
  },
  {
    name: 'attach gives the call of an id',
    needs: 'durable',
    async run({ executor, functions: { add } }) {
      const { id } = await executor.submit(add, [1, 2])
      assert.equal(await executor.attach(id).result(), 3)
    },
  },
  {
    name: 'code knows its call: id, attempt, snapshot and signal',
    async run({ executor, functions: { tellOfCall } }) {
      const call = executor.run(tellOfCall)
      const { snapshotId, ...known } = await call
      assert.deepEqual(known, { id: call.id, attempt: 1, isAborted: false })
      assert.match(snapshotId ?? '', /^[0-9a-f]{64}$/)
    },
  },
  {
    name: 'what is no function, and options that mean nothing, are refused',
    async run({ executor, functions: { add } }) {
      const wrong = 'add' as unknown as typeof add
      assert.ok((await failureOf(executor.run(wrong, 1, 2))) instanceof TypeError)
      assert.ok((await failureOf(executor.submit(wrong, [1, 2]))) instanceof TypeError)
      assert.throws(() => executor.remote(wrong), TypeError)
      assert.throws(() => executor.map(wrong, [1]), TypeError)
      assert.throws(() => executor.with({ timeout: 1 } as object), TypeError)
      assert.throws(() => executor.with({ timeoutMs: -1 }), RangeError)
      assert.ok((await failureOf(executor.submit(add, [1, 2], { retry: 1 } as object))) instanceof TypeError)
      const { message } = await failureOf(executor.submit(add, 5 as unknown as [number, number]))
      assert.match(message, /have to be an array/)
      assert.throws(() => executor.with({ retries: { limit: -1 } }), /retries\.limit/)
      assert.equal(await executor.with({ retries: { limit: 0 } }).run(add, 1, 2), 3)
    },
  },
  {
    name: 'stats count calls and failures',
    async run({ executor, functions: { add, failOn } }) {
      await executor.run(add, 1, 2)
      await failureOf(executor.run(failOn(2), 2))
      const { calls, failed, bytesSent, bytesReceived, snapshots } = executor.stats()
      assert.deepEqual([calls, failed], [2, 1])
      assert.ok(bytesSent > 0 && bytesReceived > 0 && snapshots > 0)
    },
  },
]
