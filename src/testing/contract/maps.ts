/** map: order, bounds both ways, errors, and its end. */
import assert from 'node:assert/strict'
import { until } from '../deadline.ts'
import { failsWith, failureOf, type ContractTest } from './contract-test.ts'

/** Numbers without end, and what became of them. */
class Inputs implements Iterable<number> {
  taken = 0
  isEnded = false;

  *[Symbol.iterator](): Generator<number> {
    try {
      for (;;) yield this.taken++
    } finally {
      this.isEnded = true
    }
  }
}

/** The second one never comes. */
export async function* oneAndNoMore(): AsyncGenerator<number> {
  yield 1
  await new Promise<never>(() => {})
}

export const maps: readonly ContractTest[] = [
  {
    name: 'map gives the results of all inputs in their order, with the index of each',
    async run({ executor, functions: { square, waitInverse } }) {
      const results = await executor.map(square, [3, 2, 1], { concurrency: 3 }).toArray()
      assert.deepEqual(results, [
        [9, 0],
        [4, 1],
        [1, 2],
      ])
      assert.deepEqual(await executor.map(waitInverse, [0, 1, 2], { concurrency: 3 }).toArray(), [0, 1, 2])
      assert.deepEqual(await executor.map(square, []).toArray(), [])
    },
  },
  {
    name: 'map gives results as they come, where order does not matter',
    async run({ executor, functions: { waitInverse } }) {
      const results = executor.map(waitInverse, [0, 1, 2, 3], { ordered: false, concurrency: 2 })
      assert.deepEqual(await results.toArray(), [1, 2, 3, 0])
    },
  },
  {
    name: 'map takes inputs as they come, and begins when somebody asks for results',
    async run({ executor, functions: { square, wait } }) {
      let taken = 0
      async function* inputs(): AsyncGenerator<number> {
        for (; taken < 3; taken++) {
          await wait(1)
          yield taken
        }
      }
      const results = executor.map(square, inputs())
      await wait(50)
      assert.equal(taken, 0)
      assert.deepEqual(
        (await results.toArray()).map(([n]) => n),
        [0, 1, 4],
      )
    },
  },
  {
    name: 'map takes no more inputs than there is room for, however slow the consumer',
    async run({ executor, functions: { square, wait } }) {
      const inputs = new Inputs()
      let consumed = 0
      let lead = 0
      for await (const _ of executor.map(square, inputs, { concurrency: 3 })) {
        await wait(20)
        lead = Math.max(lead, inputs.taken - consumed)
        if (++consumed === 10) break
      }
      // The one that the consumer holds, and three on their way.
      assert.ok(lead >= 3 && lead <= 4, `${lead} inputs were ahead of the consumer`)
    },
  },
  {
    name: 'a consumer that stops ends the inputs, and what runs for it',
    async run({ executor, functions: { square, untilAborted } }) {
      const inputs = new Inputs()
      for await (const [n] of executor.map(square, inputs, { concurrency: 2 })) if (n === 9) break
      assert.ok(inputs.isEnded && inputs.taken <= 6, `${inputs.taken} were taken`)
      const told: unknown[] = []
      const endless = executor
        .with({ onProgress: value => told.push(value) })
        .map(untilAborted, [1], { concurrency: 1 })
      const next = endless.next()
      await until('the call has begun', () => told.length === 1)
      assert.deepEqual(await endless.return(), { done: true, value: undefined })
      assert.deepEqual(await next, { done: true, value: undefined })
      await until('the call is told', () => told.length === 2)
      assert.deepEqual(told, ['begun', 'told'])
    },
  },
  {
    name: 'a failed call ends a map, after the results before it',
    async run({ executor, functions: { failOn, add, Overdrawn } }) {
      const inputs = new Inputs()
      const results: number[] = []
      const taking = async (): Promise<void> => {
        for await (const result of executor.map(failOn(3), inputs, { concurrency: 2 })) results.push(result)
      }
      assert.ok((await failureOf(taking())) instanceof Overdrawn)
      assert.deepEqual(results, [0, 1, 2])
      assert.ok(inputs.isEnded)
      assert.equal(await executor.run(add, 1, 2), 3)
    },
  },
  {
    name: 'a map can give errors among its results',
    async run({ executor, functions: { failOn, throwValue, Overdrawn } }) {
      const results = await executor.map(failOn(2), [1, 2, 3], { errors: 'yield' }).toArray()
      assert.ok(results[1] instanceof Overdrawn)
      assert.deepEqual([results[0], results[2]], [1, 3])
      const [thrown] = await executor.map(throwValue, ['text'], { errors: 'yield' }).toArray()
      assert.equal((thrown as unknown as Error).cause, 'text')
    },
  },
  {
    name: 'inputs that fail end a map, after the results of those before',
    async run({ executor, functions: { square } }) {
      function* inputs(): Generator<number> {
        yield 1
        yield 2
        throw new RangeError('no more')
      }
      const results: number[] = []
      const taking = async (): Promise<void> => {
        for await (const [n] of executor.map(square, inputs())) results.push(n)
      }
      assert.equal((await failureOf(taking())).message, 'no more')
      assert.deepEqual(results, [1, 4])
    },
  },
  {
    name: 'a signal ends a map that waits for an input, and one that gives errors among its results',
    async run({ executor, functions: { square } }) {
      for (const errors of ['throw', 'yield'] as const) {
        const controller = new AbortController()
        const inputs = oneAndNoMore()
        const results = executor.with({ signal: controller.signal }).map(square, inputs, { concurrency: 2, errors })
        assert.deepEqual((await results.next()).value, [1, 0])
        const failure = failsWith('ERR_CALL_CANCELLED', results.next())
        controller.abort(new RangeError('enough'))
        assert.ok((await failure).cause instanceof RangeError)
        assert.deepEqual(await results.next(), { done: true, value: undefined })
      }
      assert.deepEqual(await executor.map(square, [2]).toArray(), [[4, 0]])
    },
  },
  {
    name: 'a map of what means nothing is refused at once',
    async run({ executor, functions: { square } }) {
      assert.throws(() => executor.map(square, 5 as unknown as number[]), TypeError)
      assert.throws(() => executor.map(square, [1], { concurrency: 0 }), RangeError)
      assert.throws(() => executor.map(square, [1], { paralel: 2 } as object), TypeError)
    },
  },
]
