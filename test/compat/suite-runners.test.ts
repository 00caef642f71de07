/** The contract's tests are tests of any runner, and of both module systems: what they say is the same everywhere. */
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { test } from 'node:test'
import { toolFile, unlessTool } from '../support/place.ts'
import { Project, runNode } from '../support/project.ts'

const suite = (executor: string): string => `
executorSuite({
  test,
  connect: () => ${executor},
  supports: { crashes: false, busyCalls: false, strayErrors: false, output: false, durable: false, fullDisk: false },
})
`
const asModule = `import { connect } from 'modulepickle'\nimport { executorSuite } from 'modulepickle/testing'\n`
const asCommonJs = `const { connect } = require('modulepickle')\nconst { executorSuite } = require('modulepickle/testing')\n`
/** Runs what it is given at once, and loses the results of all calls. */
const losing = `connect('inline:').then(sound => new Proxy(sound, {
  get: (_, name) => {
    if (name === 'run') return (...call) => Object.assign(sound.run(...call).then(() => undefined), { id: '1' })
    const part = Reflect.get(sound, name, sound)
    return typeof part === 'function' ? part.bind(sound) : part
  },
}))`

interface Runner {
  readonly name: string
  readonly tool?: string
  readonly file: string
  readonly head: string
  readonly args: readonly string[]
  /** The option that names tests. */
  readonly filter: string
  readonly files?: Readonly<Record<string, string>>
}

const runners: readonly Runner[] = [
  {
    name: 'vitest',
    tool: 'vitest',
    file: 'contract.test.js',
    head: `import { test } from 'vitest'\n${asModule}`,
    args: [toolFile('vitest/vitest.mjs'), 'run', '--testTimeout=120000'],
    filter: '-t',
  },
  {
    name: 'Jest',
    tool: 'jest',
    file: 'contract.test.cjs',
    head: asCommonJs,
    args: [toolFile('jest/bin/jest.js'), '--testTimeout=120000'],
    filter: '-t',
    files: { 'jest.config.cjs': "module.exports = { cache: false, transform: {}, testMatch: ['**/*.test.cjs'] }" },
  },
  {
    name: 'CommonJS with node:test',
    file: 'contract.test.cjs',
    head: `const { test } = require('node:test')\n${asCommonJs}`,
    args: ['--test'],
    filter: '--test-name-pattern',
  },
]

for (const { name, tool, file, head, args, filter, files } of runners) {
  const skip = tool === undefined ? false : unlessTool(tool)
  const run = async (executor: string, only: readonly string[]): Promise<{ code: number; output: string }> => {
    const project = new Project({
      'package.json': '{"name":"app","type":"module"}',
      ...files,
      [file]: head + suite(executor),
    })
    try {
      project.installModulepickle()
      for (const each of tool === 'vitest' ? ['vitest', 'vite'] : []) project.install(each, toolFile(each))
      mkdirSync(project.path('cache'), { mode: 0o700 })
      const env = { MODULEPICKLE_CACHE: project.path('cache'), NO_COLOR: '1' }
      const { stdout, stderr, code } = await runNode(process.execPath, [...args, ...only, file], {
        cwd: project.directory,
        env,
      })
      return { code, output: stdout + stderr }
    } finally {
      project.remove()
    }
  }

  test(`the contract's tests pass under ${name}`, { skip }, async () => {
    const { code, output } = await run("connect('inline:')", [])
    assert.equal(code, 0, output)
    const [, passed] = /(?:Tests:?\s+[^\n]*?|ℹ pass )(\d+)(?: passed|\n)/.exec(output) ?? []
    assert.ok(Number(passed) > 30, output)
  })

  test(`they fail under ${name} where an executor breaks a promise`, { skip }, async () => {
    const { code, output } = await run(losing, [`${filter}=values go and come exactly`])
    assert.notEqual(code, 0, output)
    assert.match(output, /\b1 failed|ℹ fail 1\b/)
  })
}
