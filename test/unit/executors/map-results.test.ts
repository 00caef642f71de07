/** Maps: order, bounds and ends, with calls that the test settles by hand. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { MapResults } from '../../../src/executors/map-results.ts'

interface Open {
  readonly input: number
  resolve(value: number): void
  reject(error: Error): void
}

class Calls {
  readonly open: Open[] = []
  readonly cancelled: number[] = []
  begun = 0
  done = 0
  #index = 0

  map(
    inputs: Iterable<number> | AsyncIterable<number>,
    concurrency: number,
    ordered = true,
  ): MapResults<number, number> {
    return new MapResults({
      inputs,
      concurrency,
      ordered,
      start: input => {
        assert.equal(this.#index++, input, 'inputs are started in order, once')
        const result = new Promise<number>((resolve, reject) => this.open.push({ input, resolve, reject }))
        return { result, cancel: () => this.cancelled.push(input) }
      },
      begin: () => this.begun++,
      done: () => this.done++,
    })
  }

  settle(input: number): void {
    this.open.find(call => call.input === input)?.resolve(input * 10)
  }
}

function counting(): { inputs: Generator<number>; taken: () => number; ended: () => boolean } {
  let taken = 0
  let ended = false
  function* count(): Generator<number> {
    try {
      for (;;) yield taken++
    } finally {
      ended = true
    }
  }
  return { inputs: count(), taken: () => taken, ended: () => ended }
}

suite('maps', () => {
  test('nothing is taken before the first result is asked for', async () => {
    const calls = new Calls()
    const { inputs, taken } = counting()
    const results = calls.map(inputs, 2)
    await nextTurn()
    assert.deepEqual([taken(), calls.begun], [0, 0])
    void results.next()
    void results.next()
    await nextTurn()
    assert.deepEqual([taken(), calls.begun], [2, 1])
  })

  test('the characters of a text are inputs like any others', async () => {
    const results = new MapResults<string, string>({
      inputs: 'ab',
      concurrency: 2,
      ordered: true,
      begin: () => {},
      start: (input, index) => ({ result: Promise.resolve(`${input}${index}`), cancel: () => {} }),
      done: () => {},
    })
    assert.deepEqual(await results.toArray(), ['a0', 'b1'])
  })

  test('one that is given up before it was begun has nothing to wait for', async () => {
    const calls = new Calls()
    const results = calls.map([0, 1], 2)
    await results.return()
    assert.deepEqual(await results.next(), { done: true, value: undefined })
    assert.deepEqual([calls.begun, calls.done], [0, 1])
  })

  test('no more inputs are taken than may be on their way, however slow the consumer is', async () => {
    const calls = new Calls()
    const { inputs, taken } = counting()
    const results = calls.map(inputs, 3)
    const first = results.next()
    await nextTurn()
    assert.equal(taken(), 3)
    calls.settle(0)
    assert.deepEqual(await first, { done: false, value: 0 })
    await nextTurn()
    assert.equal(taken(), 4)
    for (const input of [1, 2, 3]) calls.settle(input)
    await nextTurn()
    assert.equal(taken(), 4, 'settled results that nobody took count as well')
  })

  test('ordered results wait for those before them', async () => {
    const calls = new Calls()
    const results = calls.map([0, 1, 2], 3)
    const all = results.toArray()
    await nextTurn()
    for (const input of [2, 0, 1]) calls.settle(input)
    assert.deepEqual(await all, [0, 10, 20])
    assert.equal(calls.done, 1)
  })

  test('unordered results come as they settle, also those that settled before they were asked for', async () => {
    const calls = new Calls()
    const results = calls.map([0, 1, 2, 3], 4, false)
    const first = results.next()
    await nextTurn()
    for (const input of [3, 1, 0, 2]) {
      calls.settle(input)
      await nextTurn()
    }
    assert.equal((await first).value, 30)
    assert.deepEqual(await results.toArray(), [10, 0, 20])
  })

  test('a failed call ends the map: the rest is cancelled, the inputs are closed', async () => {
    const calls = new Calls()
    const { inputs, taken, ended } = counting()
    const results = calls.map(inputs, 3)
    const first = results.next()
    await nextTurn()
    calls.open[0]?.reject(new Error('first failed'))
    await assert.rejects(first, /first failed/)
    await nextTurn()
    assert.deepEqual(calls.cancelled, [1, 2])
    assert.ok(ended())
    assert.equal(taken(), 3)
    assert.deepEqual(await results.next(), { done: true, value: undefined })
    assert.equal(calls.done, 1)
  })

  test('a consumer that breaks off cancels what is running and closes the inputs', async () => {
    const calls = new Calls()
    const { inputs, ended } = counting()
    const results = calls.map(inputs, 2)
    queueMicrotask(() => void nextTurn().then(() => calls.settle(0)))
    for await (const result of results) {
      assert.equal(result, 0)
      break
    }
    assert.ok(ended())
    assert.ok(calls.cancelled.includes(1))
    assert.equal(calls.done, 1)
  })

  test('a consumer can break off while an input is being waited for that never comes', async () => {
    const calls = new Calls()
    async function* inputs(): AsyncGenerator<number> {
      yield 0
      await new Promise(() => {})
    }
    const results = calls.map(inputs(), 2)
    const first = results.next()
    await nextTurn()
    calls.settle(0)
    await first
    assert.deepEqual(await results.return(), { done: true, value: undefined })
  })

  test('results are given while a slow input is being waited for', async () => {
    const calls = new Calls()
    let more: () => void = () => {}
    async function* inputs(): AsyncGenerator<number> {
      yield 0
      await new Promise<void>(resolve => (more = resolve))
      yield 1
    }
    const results = calls.map(inputs(), 2)
    const first = results.next()
    await nextTurn()
    calls.settle(0)
    assert.equal((await first).value, 0)
    more()
    const second = results.next()
    await nextTurn()
    calls.settle(1)
    assert.equal((await second).value, 10)
    assert.equal((await results.next()).done, true)
  })

  test('inputs that throw end the map after the results of those before', async () => {
    const calls = new Calls()
    function* inputs(): Generator<number> {
      yield 0
      throw new Error('no more inputs')
    }
    const results = calls.map(inputs(), 2)
    const first = results.next()
    await nextTurn()
    calls.settle(0)
    assert.equal((await first).value, 0)
    await assert.rejects(results.next(), /no more inputs/)
    assert.equal(calls.done, 1)
  })

  test('no inputs give no results', async () => {
    const calls = new Calls()
    assert.deepEqual(await calls.map([], 2).toArray(), [])
    assert.equal(calls.done, 1)
  })
})
