/** What code leaves behind when its call is over: what it tells then nobody hears, and mocks of timers keep no call from its end. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Project } from '../support/project.ts'

const program = `
import { connect, currentCall } from 'modulepickle'

const pool = await connect('local:', { workers: 1 })
const told = []
const heard = pool.with({ onProgress: value => told.push(value) })
const leaving = delayMs => {
  const call = currentCall()
  call.progress('in time')
  setTimeout(() => call.progress('too late'), delayMs)
  return 'done'
}
const results = [await heard.run(leaving, 50)]
results.push(await heard.run(() => new Promise(resolve => setTimeout(resolve, 200, 'another'))))
results.push(await heard.run(leaving, 50))
await new Promise(resolve => setTimeout(resolve, 200))
results.push(await heard.run(() => 'the last'))
await pool.close()
console.log(JSON.stringify({ results, told, workers: pool.stats().workers }))
`

test('progress that is told when a call is over is not heard, in another call or between two', async t => {
  const project = new Project({ 'package.json': '{"name":"app","type":"module"}', 'main.js': program })
  t.after(() => project.remove())
  project.installModulepickle()
  const { stdout, stderr, code } = await project.run('plain ESM', 'main.js')
  assert.equal(code, 0, stderr)
  assert.deepEqual(JSON.parse(stdout), {
    results: ['done', 'another', 'done', 'the last'],
    told: ['in time', 'in time'],
    workers: 0,
  })
})

const mocking = `
import { mock } from 'node:test'
import { connect } from 'modulepickle'

const pool = await connect('local:', { workers: 1 })
const results = [
  await pool.run(() => {
    mock.timers.enable()
    return 'mocked'
  }),
  await pool.run(() => 'another'),
]
await pool.close()
console.log(JSON.stringify(results))
`

test('a call that leaves mocks of timers behind ends, and so do those after it', async t => {
  const project = new Project({ 'package.json': '{"name":"app","type":"module"}', 'main.js': mocking })
  t.after(() => project.remove())
  project.installModulepickle()
  const { stdout, stderr } = await project.run('plain ESM', 'main.js')
  assert.deepEqual(stdout && JSON.parse(stdout), ['mocked', 'another'], stderr)
})

const exiting = `
import { connect } from 'modulepickle'

const pool = await connect('local:', { workers: 1 })
await pool.run(() => {
  setTimeout(() => process.exit(5), 300)
})
const { code, message } = await pool.run(() => new Promise(resolve => setTimeout(resolve, 5_000))).catch(error => error)
await pool.close()
console.log(JSON.stringify({ code, message }))
`

test('a call whose worker is ended by what an earlier one has left running is not said to have ended it', async t => {
  const project = new Project({ 'package.json': '{"name":"app","type":"module"}', 'main.js': exiting })
  t.after(() => project.remove())
  project.installModulepickle()
  const { stdout, stderr } = await project.run('plain ESM', 'main.js')
  assert.ok(stdout.startsWith('{'), stderr)
  const { code, message } = JSON.parse(stdout) as { code: string; message: string }
  assert.equal(code, 'ERR_WORKER_LOST')
  assert.match(message, /exited with code 5 before the call was done\. Code that a call before it had left running/)
})
