/** Installed packages that only a function of the main script imports or requires, when it runs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Project } from '../support/project.ts'

const packages = {
  'node_modules/dep/package.json': '{"name":"dep","version":"1.2.3"}',
  'node_modules/dep/index.js': "exports.answer = 42\nexports.inner = { deep: () => 'deep' }\n",
}

test('a CommonJS script requires and imports in its functions, and takes names out of what it required', async t => {
  const project = new Project({
    ...packages,
    'package.json': '{"name":"deferred"}',
    'main.js': `
      const { connect } = require('modulepickle')
      const { inner } = require('dep')
      connect('local:', { workers: 1 }).then(async pool => {
        const results = [
          await pool.run(() => require('dep').answer),
          await pool.run(async () => (await import('dep')).default.answer),
          await pool.run(() => inner.deep()),
        ]
        await pool.close()
        console.log(JSON.stringify(results))
      })`,
  })
  t.after(() => project.remove())
  project.installModulepickle()
  const { stdout, stderr } = await project.run('plain CommonJS', 'main.js')
  assert.equal(stdout, '[42,42,"deep"]\n', stderr)
})

test('an ECMAScript module imports in its functions', async t => {
  const project = new Project({
    ...packages,
    'package.json': '{"name":"deferred","type":"module"}',
    'main.js': `
      import { connect } from 'modulepickle'
      const pool = await connect('local:', { workers: 1 })
      console.log(await pool.run(async () => (await import('dep')).default.answer))
      await pool.close()`,
  })
  t.after(() => project.remove())
  project.installModulepickle()
  const { stdout, stderr } = await project.run('plain ESM', 'main.js')
  assert.equal(stdout, '42\n', stderr)
})
