/** Workers that have nothing installed and ask the sender for packages: what workers on other machines do. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { Project, repository } from '../support/project.ts'

const source = (file: string): string => JSON.stringify(pathToFileURL(path.join(repository, 'src', file)).href)

/** An executor as one for other machines is made, but for where its workers are. */
const program = `
import { codeSources } from ${source('executors/code-sources.ts')}
import { poolExecutor } from ${source('executors/pool-executor.ts')}
import { Pool } from ${source('executors/pool.ts')}
import { WorkerProcess } from ${source('executors/local/worker-process.ts')}
import { writeFileSync } from 'node:fs'
import { a, main } from './main.js'

const place = { env: { MODULEPICKLE_CACHE: process.argv[2] } }
const pool = poolExecutor({
  target: 'test:',
  workers: 2,
  sources: codeSources('call', 'supply'),
  makePool: shipped => new Pool(() => new WorkerProcess(place), 2, shipped),
})
const seen = { first: await pool.run(main, 1) }
seen.objects = pool.stats().objectsSent
seen.second = await pool.run(main, 2)
seen.both = await Promise.all([pool.run(main, 3), pool.run(main, 4)])
seen.again = pool.stats().objectsSent - seen.objects
seen.isOwn = (await pool.run(() => main.returns)) === main.returns
writeFileSync(new URL('./node_modules/dep/index.js', import.meta.url), "module.exports = () => 'changed in place'")
await new Promise(resolve => setTimeout(resolve, 1100))
seen.changed = await pool.run(main, 5)
await pool.close()
console.log(JSON.stringify(seen))
`

test('a worker asks once for packages that it lacks, and again for those that have changed', async t => {
  const project = new Project({
    'package.json': '{ "name": "sender", "type": "module" }',
    'program.js': program,
    'main.js': "import a from 'a'\nexport { a }\nexport const main = n => a(n)\nmain.returns = a",
    'node_modules/a/package.json': '{ "name": "a", "version": "1.0.0", "dependencies": { "dep": "*" } }',
    'node_modules/a/index.js': "const dep = require('dep')\nmodule.exports = function a(n) { return dep() + ' ' + n }",
    'node_modules/dep/package.json': '{ "name": "dep", "version": "1.0.0" }',
    'node_modules/dep/index.js': "module.exports = () => 'dep'",
  })
  const beside = new Project({})
  t.after(() => [project, beside].forEach(each => each.remove()))
  const args = [beside.path('worker')]
  const { code, stdout, stderr } = await project.run('plain ESM', 'program.js', args, {
    MODULEPICKLE_CACHE: beside.path('sender'),
  })
  assert.equal(code, 0, stderr)
  const { objects, ...seen } = JSON.parse(stdout) as Record<string, unknown>
  assert.ok(Number(objects) > 6, 'with its packages')
  assert.deepEqual(seen, {
    first: 'dep 1',
    second: 'dep 2',
    both: ['dep 3', 'dep 4'],
    again: 0,
    isOwn: true,
    changed: 'changed in place 5',
  })
})
