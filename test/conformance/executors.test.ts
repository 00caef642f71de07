/** One contract, all executors: the suite that this package exports, against each of its own. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite, test } from 'node:test'
import { connect, type Executor } from '../../dist/index.js'
import { executorSuite } from '../../dist/testing/index.js'
import { imageOfNode, unlessDocker } from '../support/docker.ts'
import { unlessCommand } from '../support/requirements.ts'

const cache = mkdtempSync(path.join(tmpdir(), 'modulepickle-conformance-'))
process.env['MODULEPICKLE_CACHE'] = cache
process.once('exit', () => rmSync(cache, { recursive: true, force: true }))

suite('local:', { skip: unlessCommand('prlimit', 'Install util-linux.') }, () => {
  executorSuite({
    test,
    connect: options => connect('local:', options),
    supports: {
      crashes: true,
      busyCalls: true,
      strayErrors: true,
      output: true,
      durable: false,
      fullDisk: workerWithoutRoom,
    },
  })
})

suite('inline:', () => {
  executorSuite({
    test,
    connect: () => connect('inline:'),
    supports: {
      crashes: false,
      busyCalls: false,
      strayErrors: false,
      output: false,
      durable: false,
      fullDisk: false,
    },
  })
})

suite('docker:', { skip: await unlessDocker() }, () => {
  executorSuite({
    test,
    connect: async options => connect(`docker:${await imageOfNode()}`, { ...options, network: 'none' }),
    supports: {
      crashes: true,
      busyCalls: true,
      strayErrors: true,
      output: true,
      durable: false,
      fullDisk: false,
    },
  })
})

/** Its files cannot grow beyond a few bytes. */
async function workerWithoutRoom(): Promise<Executor> {
  const env = { MODULEPICKLE_CACHE: path.join(cache, 'full') }
  const executor = await connect('local:', { workers: 1, env })
  const pid = await executor.run(() => process.pid)
  execFileSync('prlimit', ['--pid', String(pid), '--fsize=16'])
  return executor
}
