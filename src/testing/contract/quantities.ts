/** Many calls, and large ones. */
import assert from 'node:assert/strict'
import { randomFillSync } from 'node:crypto'
import { failsWith, type ContractTest } from './contract-test.ts'

const queued = 10_000
const largeBytes = 64 << 20

export const quantities: readonly ContractTest[] = [
  {
    name: `${queued} calls at once all give their own result`,
    async run({ executor, functions: { add } }) {
      const remote = executor.remote(add)
      const calls = Array.from({ length: queued }, (_, index) => remote(index, 1))
      assert.deepEqual(
        await Promise.all(calls),
        Array.from({ length: queued }, (_, index) => index + 1),
      )
    },
  },
  {
    name: 'many calls that wait can be cancelled, and leave the others',
    async run({ executor, functions: { add, untilAborted } }) {
      const remote = executor.remote(add)
      const unwanted = Array.from({ length: 500 }, () => executor.run(untilAborted))
      const calls = Array.from({ length: 500 }, (_, index) => remote(index, 1))
      const failures = unwanted.map(call => failsWith('ERR_CALL_CANCELLED', call))
      for (const call of unwanted) call.cancel()
      await Promise.all(failures)
      assert.equal((await Promise.all(calls)).length, 500)
    },
  },
  {
    name: '64 MB go and come, every byte',
    async run({ executor, functions: { reverse } }) {
      const sent = randomFillSync(new Uint8Array(largeBytes))
      const received = await executor.run(reverse, sent)
      assert.equal(Buffer.compare(received, sent.slice().reverse()), 0)
    },
  },
]
