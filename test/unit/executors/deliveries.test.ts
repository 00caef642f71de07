/** Which snapshots are on their way to a worker: who waits, and who looks again. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Deliveries } from '../../../src/executors/deliveries.ts'

const snapshot = 'a'.repeat(64)

suite('deliveries of snapshots', () => {
  test('make another worker wait until they are over, and no longer', async () => {
    const deliveries = new Deliveries()
    const [first, second] = [{}, {}]
    deliveries.begin(snapshot, first)
    assert.equal(deliveries.elsewhere(snapshot, first), undefined)
    const over = deliveries.elsewhere(snapshot, second)
    deliveries.endAll(second)
    assert.notEqual(deliveries.elsewhere(snapshot, second), undefined)
    deliveries.end(snapshot, first)
    await over
    assert.equal(deliveries.elsewhere(snapshot, second), undefined)
  })

  test('tell a worker that looked before the end of one to look again, and only that', () => {
    const deliveries = new Deliveries()
    const receiver = {}
    const before = deliveries.now()
    deliveries.begin(snapshot, receiver)
    assert.equal(deliveries.endedSince(snapshot, before), false)
    deliveries.end(snapshot, receiver)
    assert.equal(deliveries.endedSince(snapshot, before), true)
    assert.equal(deliveries.endedSince('b'.repeat(64), before), false)
    assert.equal(deliveries.endedSince(snapshot, deliveries.now()), false)
  })
})
