/**
 * Several copies of this package in one process: they capture in turn, and read what another one has written.
 */
import assert from 'node:assert/strict'
import { cpSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { Project, repository, type Loader } from '../support/project.ts'

/** `one` and `other` are two copies of the package. */
const exchange = `
  async function exchange(one, other) {
    if (one.dumps === other.dumps) throw new Error('these are one copy')
    const counter = () => { let n = 0; return { increase: () => ++n, read: () => n } }
    const pickles = []
    for (let round = 0; round < 3; round++) {
      for (const each of [one, other]) {
        const [a, b] = [counter(), counter()]
        pickles.push(each.dumps([a.increase, a.read, b.read, async () => (await import('./lib.js')).plus(round)]))
      }
    }
    const seen = []
    for (const [index, pickle] of pickles.entries()) {
      const [reader, writer] = index % 2 === 0 ? [other, one] : [one, other]
      const [increase, read, readOther, plus] = await reader.loads(writer.dumps(await reader.loads(pickle)))
      increase()
      seen.push([read(), readOther(), await plus()].join())
    }
    try {
      one.dumps(new Promise(() => {}))
    } catch (error) {
      seen.push(other.isModulePickleError(error, 'ERR_UNPICKLABLE'))
    }
    console.log(seen.join(' '))
  }`
const expected = '1,0,1 1,0,1 1,0,2 1,0,2 1,0,3 1,0,3 true\n'

async function exchanged(t: TestContext, project: Project, loader: Loader, main: string): Promise<void> {
  t.after(() => project.remove())
  project.installModulepickle()
  mkdirSync(project.path('cache'), { mode: 0o700 })
  const { stdout, stderr } = await project.run(loader, main, [], { MODULEPICKLE_CACHE: project.path('cache') })
  assert.equal(stdout, expected, stderr)
}

test('under tsx, require() and import() of this package give two copies that work together', async t => {
  const project = new Project({
    'package.json': '{"name":"app","type":"commonjs"}',
    'lib.js': 'exports.plus = n => n + 1\n',
    'main.ts': `// @ts-nocheck
      const one = require('modulepickle')
      import('modulepickle').then(other => exchange(one, other))
      ${exchange}`,
  })
  await exchanged(t, project, 'tsx CommonJS', 'main.ts')
})

test('two versions of this package in one process work together', async t => {
  const project = new Project({
    'package.json': '{"name":"app","type":"module"}',
    'lib.js': 'export const plus = n => n + 1\n',
    'main.js': `
      import * as one from 'modulepickle'
      import * as other from 'dependency'
      ${exchange}
      await exchange(one, other)`,
    'node_modules/dependency/package.json':
      '{"name":"dependency","version":"1.0.0","exports":"./index.js","type":"module"}',
    'node_modules/dependency/index.js': "export * from 'modulepickle'\n",
    'node_modules/dependency/node_modules/modulepickle/package.json': JSON.stringify({
      name: 'modulepickle',
      version: '0.0.1',
      type: 'module',
      exports: { '.': './dist/index.js' },
    }),
  })
  const nested = 'node_modules/dependency/node_modules'
  const isBuilt = (file: string): boolean => !file.endsWith('.build') && !file.includes(`${path.sep}cjs`)
  cpSync(path.join(repository, 'dist'), project.path(`${nested}/modulepickle/dist`), {
    recursive: true,
    filter: isBuilt,
  })
  for (const name of ['acorn', 'esbuild', 'ignore', 'oxc-transform']) {
    project.install(`dependency/node_modules/${name}`, path.join(repository, 'node_modules', name))
  }
  await exchanged(t, project, 'plain ESM', 'main.js')
})
