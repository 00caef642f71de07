/** Which code runs: that of the moment in which it was captured. */
import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { SuiteProject } from '../suite-project.ts'
import type { ContractTest } from './contract-test.ts'

const count = 1000

export const versions: readonly ContractTest[] = [
  {
    name: 'run has the code that is on disk, remote and map that of when they were called',
    async run({ executor }) {
      const project = await SuiteProject.open()
      const { seenVersion, deferredVersion, versionOf } = project.functions
      project.writeVersion(1)
      const remote = executor.remote(deferredVersion)
      const map = executor.map(versionOf, [1, 2])
      const running = executor.run(deferredVersion)
      // Calls of one turn look at the disk once.
      await nextTurn()
      project.writeVersion(2)
      assert.deepEqual([await executor.run(seenVersion), await executor.run(deferredVersion)], [2, 2])
      assert.deepEqual([await remote(), await running], [1, 1])
      assert.deepEqual(await map.toArray(), [1, 1])
      project.writeVersion(1)
      assert.equal(await executor.run(seenVersion), 1)
    },
  },
  {
    name: `${count} versions one after the other, the last as soon as the first`,
    async run({ executor }) {
      const project = await SuiteProject.open()
      const { seenVersion } = project.functions
      const first = executor.remote(seenVersion)
      assert.equal(await first(), 0)
      const quarters: number[] = []
      let begun = performance.now()
      for (let version = 1; version <= count; version++) {
        project.writeVersion(version)
        assert.equal(await executor.run(seenVersion), version)
        if (version % (count / 4) !== 0) continue
        quarters.push(performance.now() - begun)
        begun = performance.now()
      }
      assert.equal(await first(), 0)
      const [early = 0, , , late = 0] = quarters
      assert.ok(late < 4 * early + 2000, `Quarters of the versions took ${quarters.map(Math.round).join(', ')} ms`)
    },
  },
]
