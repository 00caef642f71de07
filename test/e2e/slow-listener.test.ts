/** Who takes what a call prints slowly: the call waits, and nothing is lost, also where the code ends its process. Or never takes it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Project } from '../support/project.ts'

const program = `
import { setTimeout } from 'node:timers/promises'
import { connect } from 'modulepickle'
const pool = await connect('local:', { workers: 1 })
const heard = []
const onLog = async ({ text }) => {
  heard.push(text)
  await setTimeout(2)
}
const failure = await pool.with({ onLog }).run(async () => {
  for (let n = 0; n < 300; n++) await new Promise(taken => process.stdout.write('x'.repeat(3000) + n + '\\n', taken))
  process.exit(3)
}).catch(({ code }) => code)
await pool.close()
console.log(JSON.stringify({ failure, count: heard.length, last: heard.at(-1)?.slice(3000) }))
`

test('lines that were printed before the process ended are all given to a listener that takes its time', async () => {
  const project = new Project({ 'package.json': '{ "name": "slow", "type": "module" }', 'main.js': program })
  project.installModulepickle()
  try {
    const { stdout, stderr } = await project.run('plain ESM', 'main.js')
    assert.deepEqual(stdout && JSON.parse(stdout), { failure: 'ERR_WORKER_LOST', count: 300, last: '299' }, stderr)
  } finally {
    project.remove()
  }
})

const deaf = `
import { setTimeout } from 'node:timers/promises'
import { connect } from 'modulepickle'
const pool = await connect('local:', { workers: 1 })
const print = () => {
  console.log('to nobody')
  return 'printed'
}
const held = pool.with({ onLog: () => new Promise(() => {}) })
const timedOut = await held.with({ timeoutMs: 500 }).run(print).catch(({ code }) => code)
const next = await pool.run(() => 'next')
const forced = held.run(print).catch(({ code }) => code)
await setTimeout(300)
await pool.close({ force: true })
console.log(JSON.stringify({ timedOut, next, forced: await forced }))
`

test('a listener that never takes a line keeps no worker from other calls, and no executor from its end', async () => {
  const project = new Project({ 'package.json': '{ "name": "deaf", "type": "module" }', 'main.js': deaf })
  project.installModulepickle()
  try {
    const { stdout, stderr } = await project.run('plain ESM', 'main.js')
    assert.deepEqual(
      stdout && JSON.parse(stdout),
      { timedOut: 'ERR_CALL_TIMEOUT', next: 'next', forced: 'ERR_EXECUTOR_CLOSED' },
      stderr,
    )
  } finally {
    project.remove()
  }
})
