/**
 * Test runners: their roots travel by value, the local modules that these import by name, and lines are those of the files.
 */
import { repository } from '../support/project.ts'
import { plainJavaScript } from '../support/plain-javascript.ts'
import { source, testPlace, toolFile, unlessTool } from '../support/place.ts'

const typescript = { 'main.test.ts': source('main.ts'), 'lib.ts': source('lib.ts') }

for (const pool of ['threads', 'forks', 'vmThreads', 'vmForks']) {
  testPlace(
    `vitest with the pool ${pool}`,
    {
      files: typescript,
      root: 'main.test.ts',
      args: [toolFile('vitest/vitest.mjs'), 'run', '--globals', `--pool=${pool}`],
      packages: { vitest: toolFile('vitest'), vite: toolFile('vite') },
    },
    unlessTool('vitest'),
  )
}

const jest = toolFile('jest/bin/jest.js')

testPlace(
  'Jest with its own transform',
  {
    files: {
      'package.json': '{"name":"app"}',
      'main.test.js': plainJavaScript(source('main.ts')),
      'lib.js': plainJavaScript(source('lib.ts')),
      'babel.config.cjs': `module.exports = { plugins: [${JSON.stringify(toolFile('@babel/plugin-transform-modules-commonjs'))}] }`,
      'jest.config.cjs': 'module.exports = { cache: false }',
    },
    root: 'main.test.js',
    args: [jest],
  },
  unlessTool('jest'),
)

testPlace(
  'Jest with ECMAScript modules',
  {
    files: {
      'main.test.js': plainJavaScript(source('main.ts')),
      'lib.js': plainJavaScript(source('lib.ts')),
      'jest.config.cjs': 'module.exports = { cache: false, transform: {} }',
    },
    root: 'main.test.js',
    args: ['--experimental-vm-modules', jest],
  },
  unlessTool('jest'),
)

testPlace(
  'Jest with swc',
  {
    files: {
      'package.json': '{"name":"app","type":"commonjs"}',
      ...typescript,
      'jest.config.cjs': `module.exports = { cache: false, transform: { '\\\\.ts$': ${JSON.stringify(toolFile('@swc/jest'))} } }`,
    },
    root: 'main.test.ts',
    args: [jest],
  },
  unlessTool('jest'),
)

const esbuildTransform = `
  const { transformSync } = require(${JSON.stringify(`${repository}/node_modules/esbuild`)})
  exports.process = (text, sourcefile) =>
    transformSync(text, { loader: 'ts', format: 'cjs', sourcemap: 'inline', sourcefile, supported: { 'dynamic-import': false } })`

testPlace(
  'Jest with esbuild',
  {
    files: {
      'package.json': '{"name":"app","type":"commonjs"}',
      ...typescript,
      'transform.cjs': esbuildTransform,
      'jest.config.cjs': "module.exports = { cache: false, transform: { '\\\\.ts$': './transform.cjs' } }",
    },
    root: 'main.test.ts',
    args: [jest],
  },
  unlessTool('jest'),
)

const ofNodeTest = {
  ...typescript,
  'main.test.ts': `import { test } from 'node:test'; globalThis.test = test; ${source('main.ts')}`,
}

for (const flags of [[], ['--test-isolation=none']]) {
  testPlace(`node --test ${flags.join(' ')}`.trim(), {
    files: ofNodeTest,
    root: 'main.test.ts',
    args: ['--test', ...flags],
  })
}
