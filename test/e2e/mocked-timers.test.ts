/** Calls of a program whose tests have put mocks in the place of timers end, and so do their limits, by real time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Project } from '../support/project.ts'

const program = `
import { mock } from 'node:test'
import { connect } from 'modulepickle'

mock.timers.enable()
const [, , target] = process.argv
const results = []
const pool = await connect(target)
results.push(await pool.run(() => { console.log('printed'); return 'returned' }))
const endless = pool.with({ timeoutMs: 100 }).run(() => new Promise(() => {}))
results.push(await endless.catch(error => error.code))
if (target === 'local:') {
  const lost = pool.run(() => process.kill(process.pid, 'SIGKILL'))
  results.push(await lost.catch(error => error.code))
}
await pool.close()
console.error(JSON.stringify(results))
`

for (const [target, ...more] of [['local:', 'ERR_WORKER_LOST'], ['inline:']] as const) {
  test(`calls end while timers are mocked: ${target}`, async t => {
    const project = new Project({ 'package.json': '{"name":"app","type":"module"}', 'main.js': program })
    t.after(() => project.remove())
    project.installModulepickle()
    const { stderr } = await project.run('plain ESM', 'main.js', [target])
    assert.deepEqual(JSON.parse(stderr.trim().split('\n').at(-1)!), ['returned', 'ERR_CALL_TIMEOUT', ...more])
  })
}
