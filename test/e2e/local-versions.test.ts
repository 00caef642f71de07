/** A worker does not fill up with the versions of the code that it has run: a fresh one takes over, and no call notices. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Project } from '../support/project.ts'

const program = `
  import { writeFileSync } from 'node:fs'
  import { connect } from 'modulepickle'
  import { value } from './value.js'

  const pool = await connect('local:', { workers: 1 })
  const pinned = pool.remote(() => value)
  const pids = []
  const values = []
  for (let version = 1; version <= 40; version++) {
    writeFileSync('value.js', 'export const value = ' + version + '\\n')
    const [seen, pid] = await pool.run(() => [value, process.pid])
    values.push(seen)
    pids.push(pid)
  }
  console.log(JSON.stringify({ values, pids, pinned: await pinned(), failed: pool.stats().failed }))
  await pool.close()
`

test('after 32 versions another process serves the next call, also of a function of the first version', async () => {
  const project = new Project({
    'package.json': '{"name":"app","type":"module"}',
    'value.js': 'export const value = 0\n',
    'main.js': program,
  })
  try {
    project.installModulepickle()
    const { stdout, stderr, code } = await project.run('plain ESM', 'main.js', [], {
      MODULEPICKLE_CACHE: `${project.directory}/node_modules/cache`,
    })
    assert.equal(code, 0, stderr)
    const { values, pids, pinned, failed } = JSON.parse(stdout) as Record<string, unknown>
    assert.deepEqual(
      values,
      Array.from({ length: 40 }, (_, index) => index + 1),
    )
    assert.equal(new Set(pids as number[]).size, 2)
    assert.deepEqual([pinned, failed], [0, 0])
  } finally {
    project.remove()
  }
})
