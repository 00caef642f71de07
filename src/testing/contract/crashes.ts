/** What ends the process of a call ends that call, by code; nobody else's, and not the executor. */
import assert from 'node:assert/strict'
import { until } from '../deadline.ts'
import type { Functions } from '../suite-project.ts'
import { failsWith, type ContractTest } from './contract-test.ts'

interface Crash {
  readonly name: string
  readonly message: RegExp
  readonly env?: Readonly<Record<string, string>>
  crash(functions: Functions): () => unknown
}

const cases: readonly Crash[] = [
  { name: 'process.exit()', message: /process\.exit\(3\)/, crash: ({ exitWithThree }) => exitWithThree },
  { name: 'a signal', message: /SIGKILL|137/, crash: ({ killItself }) => killItself },
  { name: 'a crash of Node itself', message: /SIGABRT|134/, crash: ({ abortItself }) => abortItself },
  {
    name: 'lack of memory',
    message: /out of memory/,
    env: { NODE_OPTIONS: '--max-old-space-size=64' },
    crash: ({ exhaustMemory }) => exhaustMemory,
  },
]

export const crashes: readonly ContractTest[] = [
  ...cases.map(({ name, message, env, crash }): ContractTest => ({
    name: `${name} ends its call by code, and no other`,
    needs: 'crashes',
    env,
    async run({ executor, functions }) {
      let isRunning = false
      const neighbour = executor.with({ onProgress: () => (isRunning = true) }).run(functions.tellAndWait, 2000)
      await until('the neighbour runs', () => isRunning)
      const failure = await failsWith('ERR_WORKER_LOST', executor.run(crash(functions)))
      assert.match(failure.message, message)
      assert.equal(await neighbour, 'waited')
      assert.deepEqual(await executor.map(functions.versionOf, [1, 2, 3, 4]).toArray(), [0, 0, 0, 0])
    },
  })),
  {
    name: 'calls that wait for a worker which is lost go to others',
    needs: 'crashes',
    workers: 1,
    async run({ executor, functions: { killItself, add } }) {
      const lost = failsWith('ERR_WORKER_LOST', executor.run(killItself))
      const calls = Array.from({ length: 20 }, (_, index) => executor.run(add, index, 1))
      await lost
      assert.deepEqual(
        await Promise.all(calls),
        Array.from({ length: 20 }, (_, index) => index + 1),
      )
    },
  },
  {
    name: 'a conversation that is cut in the middle of a message is a lost worker, and no result',
    needs: 'crashes',
    async run({ executor, functions: { dieHalfWay, add } }) {
      await failsWith('ERR_WORKER_LOST', executor.run(dieHalfWay, 4_000_000))
      assert.equal(await executor.run(add, 1, 2), 3)
    },
  },
  {
    name: 'a worker without room for the code fails the call, with an error that has a code',
    needs: 'fullDisk',
    async run({ executor, functions: { seenVersion } }) {
      const [outcome] = await Promise.allSettled([executor.run(seenVersion)])
      assert.equal(outcome?.status, 'rejected')
      assert.ok(outcome.reason instanceof Error)
      assert.match((outcome.reason as { code?: string }).code ?? '', /^E[A-Z_]+$/)
    },
  },
]
