/**
 * What the modules and the realms of test runners are made of: functions of a test run in a worker as they do in the test.
 */
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { toolFile, unlessTool } from '../support/place.ts'
import { Project, repository, runNode } from '../support/project.ts'

const packages = {
  'node_modules/package-cjs/package.json': '{"name":"package-cjs","version":"1.0.0"}',
  'node_modules/package-cjs/index.js':
    "Object.defineProperty(exports, '__esModule', { value: true })\nexports.default = n => n + 1\nexports.named = n => n + 2\n",
  'node_modules/package-data/package.json': '{"name":"package-data","version":"1.0.0","exports":"./index.js"}',
  'node_modules/package-data/index.js': 'exports.limit = 5\n',
}

interface Runner {
  readonly name: string
  readonly tool: string
  readonly args: readonly string[]
  readonly files: Readonly<Record<string, string>>
}

const vitest: Runner[] = ['threads', 'vmThreads'].map(pool => ({
  name: `vitest with the pool ${pool}`,
  tool: 'vitest',
  args: [toolFile('vitest/vitest.mjs'), 'run', '--globals', `--pool=${pool}`],
  files: { 'package.json': '{"name":"app","type":"module"}' },
}))

const jest: Runner = {
  name: 'Jest',
  tool: 'jest',
  args: [toolFile('jest/bin/jest.js')],
  files: {
    'package.json': '{"name":"app"}',
    'babel.config.cjs': `module.exports = { plugins: [${JSON.stringify(toolFile('@babel/plugin-transform-modules-commonjs'))}] }`,
    'jest.config.cjs': 'module.exports = { cache: false }',
  },
}

for (const { name, tool, args, files } of [...vitest, jest]) {
  test(name, { skip: unlessTool(tool) }, async t => {
    const project = new Project({ ...packages, ...files })
    t.after(() => project.remove())
    project.installModulepickle()
    for (const each of tool === 'vitest' ? ['vitest', 'vite'] : []) project.install(each, toolFile(each))
    cpSync(path.join(repository, 'test/fixtures/runners'), project.directory, { recursive: true })
    // vitest knows what to hoist by this name.
    const main = readFileSync(project.path('main.test.js'), 'utf8')
    if (tool === 'vitest') project.write({ 'main.test.js': main.replaceAll('jest.mock(', 'vi.mock(') })
    mkdirSync(project.path('cache'), { mode: 0o700 })
    const { stdout, stderr, code } = await runNode(process.execPath, args, {
      cwd: project.directory,
      env: { MODULEPICKLE_CACHE: project.path('cache'), NO_COLOR: '1' },
    })
    assert.equal(code, 0, stdout + stderr)
    assert.match(stdout + stderr, /\b20 passed/)
  })
}
