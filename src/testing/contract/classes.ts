/** Classes that travel by value: at both ends of a call there is one of each. */
import assert from 'node:assert/strict'
import { failureOf, type ContractTest } from './contract-test.ts'

export const classes: readonly ContractTest[] = [
  {
    name: 'what comes back of a class that travels by value is of the class that was sent',
    async run({ executor, functions: { makeClasses } }) {
      const { OwnPoint, Misplaced, scale, extend, misplace, line, tell } = makeClasses()
      const scaled = await executor.run(scale, new OwnPoint(3, 4), 2)
      assert.ok(scaled instanceof OwnPoint)
      assert.deepEqual([scaled.norm(), Object.getPrototypeOf(scaled)], [10, OwnPoint.prototype])
      const extended = await executor.run(extend)
      assert.ok(extended instanceof OwnPoint)
      assert.deepEqual([extended.norm(), extended.mark], [5, 'here'])
      assert.equal(await executor.run(tell), OwnPoint)
      const failure = await failureOf(executor.run(misplace, scaled))
      assert.ok(failure instanceof Misplaced)
      assert.deepEqual([failure.name, failure.message, failure.point], ['Misplaced', 'misplaced by 10', scaled])
      const items: unknown[] = []
      for await (const item of await executor.run(line, 3)) items.push(item)
      assert.ok(items.length === 3 && items.every(item => item instanceof OwnPoint))
    },
  },
  {
    name: 'remote and map have one class for the function and for what its calls are given',
    async run({ executor, functions: { makeClasses } }) {
      const { OwnPoint, isOwn, scale } = makeClasses()
      const [remote, scaling] = [executor.remote(isOwn), executor.remote(scale)]
      assert.deepEqual(await Promise.all([remote(new OwnPoint(3, 4)), remote(new OwnPoint(4, 3))]), [true, true])
      class Other extends OwnPoint {}
      assert.equal(await remote(new Other(3, 4)), true)
      assert.equal(await remote({ x: 3, y: 4 }), false)
      const points = Array.from({ length: 4 }, () => new OwnPoint(5, 0))
      assert.deepEqual(await executor.map(isOwn, points).toArray(), [true, true, true, true])
      assert.equal(await remote(await scaling(new OwnPoint(1.5, 2), 2)), true)
    },
  },
  {
    name: 'a class that travels by value is there as it was when the call was captured, and changes here by no call',
    workers: 1,
    async run({ executor, functions: { makeClasses } }) {
      const { OwnPoint, count, countUp } = makeClasses()
      const remote = executor.remote(count)
      assert.equal(await executor.run(count), 0)
      OwnPoint.made = 5
      assert.equal(await executor.run(count), 5)
      assert.equal(await executor.run(countUp), 6)
      assert.equal(await executor.run(count), 5)
      assert.equal(OwnPoint.made, 5)
      assert.equal(await remote(), 0)
    },
  },
  {
    name: 'what an earlier call has left behind comes back as of the class that was sent',
    workers: 1,
    async run({ executor, functions: { makeClasses, keep, giveKept } }) {
      const { OwnPoint } = makeClasses()
      await executor.run(keep, new OwnPoint(3, 4))
      const given = await executor.run(giveKept)
      assert.ok(given instanceof OwnPoint)
      assert.equal(given.norm(), 5)
    },
  },
]
