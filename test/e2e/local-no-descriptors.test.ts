/** A process that has no file descriptors left for a worker's pipes: its calls fail by code, it goes on, and its pool heals. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Project, runNode } from '../support/project.ts'

const program = `
import { closeSync, openSync } from 'node:fs'
import { connect } from 'modulepickle'

const twice = n => n * 2
const first = await connect('local:', { workers: 1 })
const results = [await first.run(twice, 1)]
await first.close()

const pool = await connect('local:', { workers: 1 })
const open = []
try {
  for (;;) open.push(openSync('/dev/null', 'r'))
} catch {}
for (const fd of open.splice(-6)) closeSync(fd)
const { code, message } = await pool.run(twice, 2).catch(error => error)
for (const fd of open) closeSync(fd)
results.push(await pool.run(twice, 3))
await pool.close()
console.log(JSON.stringify({ results, code, message }))
`

test('calls fail by code while no file descriptors are left, and work when there are some again', async t => {
  const project = new Project({ 'package.json': '{ "name": "app", "type": "module" }', 'main.js': program })
  t.after(() => project.remove())
  project.installModulepickle()
  const limited = ['-c', 'ulimit -n 200; exec "$0" "$@"', process.execPath, project.path('main.js')]
  const { stdout, stderr } = await runNode('/bin/sh', limited, { cwd: project.directory })
  assert.ok(stdout.startsWith('{'), stderr)
  const { results, code, message } = JSON.parse(stdout) as { results: number[]; code: string; message: string }
  assert.deepEqual([results, code], [[2, 6], 'ERR_WORKER_START'])
  assert.match(message, /ulimit -n/)
})
