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

test('a function by value, and a module, resolve what they do not import', async t => {
  const project = new Project({
    ...packages,
    'package.json': '{"name":"deferred","type":"module"}',
    'lib/where.js': `
      export const where = () => [import.meta.resolve('other'), import.meta.resolve('./late.js'), import.meta.resolve('../../up')]`,
    'lib/late.js': 'export const late = 1',
    'node_modules/other/package.json': '{"name":"other","version":"1.0.0","exports":"./main.js"}',
    'node_modules/other/main.js': '',
    'main.js': `
      import { existsSync } from 'node:fs'
      import { connect } from 'modulepickle'
      import { where } from './lib/where.js'
      const pool = await connect('local:', { workers: 1 })
      const urls = await pool.run(() => [import.meta.resolve('dep'), ...where()])
      console.log(JSON.stringify(urls.map(url => [url.split('/').slice(-2).join('/'), existsSync(new URL(url))])))
      await pool.close()`,
  })
  t.after(() => project.remove())
  project.installModulepickle()
  const { stdout, stderr } = await project.run('plain ESM', 'main.js')
  const [dep, other, late, up] = JSON.parse(stdout) as [string, boolean][]
  assert.deepEqual(
    [dep, other, late],
    [
      ['dep/index.js', true],
      ['other/main.js', true],
      ['lib/late.js', true],
    ],
    stderr,
  )
  assert.match(up![0], /\/up$/)
})

test('packages by names that are computed are found, where package.json declares them', async t => {
  const project = new Project({
    ...packages,
    'package.json':
      '{"name":"deferred","type":"module","dependencies":{"dep":"1"},"optionalDependencies":{"absent":"1"}}',
    'lib/load.js': 'export const load = async name => (await import(name)).default.answer',
    'plugins/one.js': "import dep from 'dep'\nexport const answer = dep.answer",
    'main.js': `
      import { connect } from 'modulepickle'
      import { load } from './lib/load.js'
      for (const target of ['local:', 'inline:']) {
        const pool = await connect(target)
        const results = [
          await pool.run(load, 'dep'),
          await pool.run(async name => (await import(name)).default.answer, 'dep'),
          await pool.run(async name => (await import('./plugins/' + name + '.js')).answer, 'one'),
          await pool.run(load, 'absent').catch(error => error.message.includes("Cannot find package 'absent'")),
        ]
        await pool.close()
        console.log(JSON.stringify(results))
      }`,
  })
  t.after(() => project.remove())
  project.installModulepickle()
  const { stdout, stderr } = await project.run('plain ESM', 'main.js')
  assert.equal(stdout, '[42,42,42,true]\n[42,42,42,true]\n', stderr)
})
