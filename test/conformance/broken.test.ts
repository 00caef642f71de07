/** The suite finds what an executor does wrong: each of these breaks one promise, and the test of that promise fails. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, suite, test } from 'node:test'
import { connect, type Executor } from '../../dist/index.js'
import { executorSuite, type SuiteConnectOptions } from '../../dist/testing/index.js'
import { broken, brokenExecutor } from './broken.ts'

const cache = mkdtempSync(path.join(tmpdir(), 'modulepickle-conformance-'))
process.env['MODULEPICKLE_CACHE'] = cache

type Run = () => Promise<void>

/** The tests of the suite by name; `connected` is what the next one is given. */
let connected: (options: SuiteConnectOptions) => Promise<Executor>
const tests = new Map<string, Run>()
const skipped = new Set<string>()
executorSuite({
  test: Object.assign((name: string, run: Run) => tests.set(name, run), {
    skip: (name: string) => skipped.add(name),
  }),
  connect: options => connected(options),
  supports: { crashes: true, busyCalls: true, strayErrors: false, output: true, durable: false, fullDisk: false },
})

suite('an executor that', () => {
  after(() => rmSync(cache, { recursive: true, force: true }))

  for (const { finds, what, target = 'inline:', breaks } of broken) {
    test(`${what} is found`, async () => {
      const run = tests.get(finds)
      assert.ok(run, `The suite has no test ${finds}.`)
      const sound = (options: SuiteConnectOptions): Promise<Executor> =>
        target === 'inline:' ? connect(target) : connect(target, options)
      connected = sound
      await run()
      connected = async options => brokenExecutor(await sound(options), breaks)
      await assert.rejects(run(), `The test passes: ${finds}.`)
    })
  }
})

suite('what is not declared', () => {
  test('is skipped under names that say so', () => {
    assert.ok(skipped.size > 0)
    for (const name of skipped) assert.match(name, /\(not declared: \w+\)$/)
  })
})
