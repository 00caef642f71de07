/** The resolver against Node's own, asked in a fresh process; and the liberties it takes for TypeScript. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { customConditions } from '../../../src/cloudpickle/source/conditions.ts'
import { resolveModule } from '../../../src/cloudpickle/source/resolve.ts'
import { makeProject } from './temporary-project.ts'

const installed = {
  'package.json': {
    name: 'self',
    type: 'module',
    exports: { './own': './own.js', './own/*': './deep/*.js' },
    imports: { '#own': './own.js', '#dep': 'dual', '#deep/*.js': './deep/*.js', '#cond': { require: './own.cjs' } },
  },
  'main.js': '',
  'own.js': '',
  'own.cjs': '',
  'deep/a.js': '',
  'deep/b/c.js': '',
  'node_modules/dual/package.json': {
    name: 'dual',
    exports: {
      '.': { import: './esm.mjs', require: './cjs.cjs' },
      './sub/*': { node: './sub/*.js', default: './never.js' },
      './sub/private/*': null,
      './listed': ['not-a-path', './esm.mjs'],
      './nested': { browser: './never.js', default: { import: './esm.mjs', default: './cjs.cjs' } },
      './out': './../own.js',
      './missing': './missing.js',
    },
  },
  'node_modules/dual/esm.mjs': '',
  'node_modules/dual/cjs.cjs': '',
  'node_modules/dual/sub/x.js': '',
  'node_modules/dual/sub/private/y.js': '',
  'node_modules/old/package.json': { name: 'old', main: 'lib/main' },
  'node_modules/old/lib/main.js': '',
  'node_modules/old/lib/other.js': '',
  'node_modules/indexed/package.json': { name: 'indexed' },
  'node_modules/indexed/index.js': '',
  'node_modules/@scope/pkg/package.json': { name: '@scope/pkg', main: './m.js' },
  'node_modules/@scope/pkg/m.js': '',
  'node_modules/linked': { link: '../linked-source' },
  'linked-source/package.json': { name: 'linked', exports: './index.js' },
  'linked-source/index.js': '',
}
const specifiers = `
  node:fs fs/promises ./main.js ./own.cjs ./deep/b/c.js ./nope.js nope
  dual dual/sub/x dual/sub/private/y dual/listed dual/nested dual/out dual/missing dual/esm.mjs
  old old/lib/other.js indexed @scope/pkg @scope/pkg/m.js linked
  #own #dep #deep/a.js #deep/b/c.js #cond #nope self/own self/own/a self/own/b/c self
`
  .trim()
  .split(/\s+/)

const askNode = `
import { createRequire } from 'node:module'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
const require = createRequire(import.meta.url)
const ask = f => { try { return f() } catch { return null } }
const answers = JSON.parse(process.argv[2]).map(specifier => [specifier,
  ask(() => { const url = import.meta.resolve(specifier); return url.startsWith('node:') || existsSync(fileURLToPath(url)) ? url : null }),
  ask(() => require.resolve(specifier))])
console.log(JSON.stringify(answers))`

test('import and require resolve as Node does', t => {
  const project = makeProject(t, { ...installed, 'ask.js': askNode })
  const output = execFileSync(process.execPath, [project.file('ask.js'), JSON.stringify(specifiers)], {
    encoding: 'utf8',
  })
  const answers = JSON.parse(output) as [string, string | null, string | null][]
  for (const [specifier, byImport, byRequire] of answers) {
    assert.equal(answerOf(specifier, project.file('ask.js'), 'import'), normalize(byImport), `import ${specifier}`)
    assert.equal(answerOf(specifier, project.file('ask.js'), 'require'), normalize(byRequire), `require ${specifier}`)
  }
})

function answerOf(specifier: string, from: string, mode: 'import' | 'require'): string | undefined {
  const resolution = resolveModule(specifier, from, mode)
  return resolution?.kind === 'file' ? resolution.file : resolution?.name
}

function normalize(answer: string | null): string | undefined {
  if (answer === null) return undefined
  if (answer.startsWith('file:')) return fileURLToPath(answer)
  return answer.startsWith('/') || answer.startsWith('node:') ? answer : `node:${answer}`
}

test('specifiers that TypeScript runners accept lead to the source', t => {
  const project = makeProject(t, {
    'package.json': { type: 'module' },
    'a.ts': '',
    'view.tsx': '',
    'm.mts': '',
    'c.cts': '',
    'folder/index.ts': '',
    'dotted.name.ts': '',
  })
  const cases = {
    './a.js': 'a.ts',
    './a': 'a.ts',
    './a.ts': 'a.ts',
    './a.ts?x=1': 'a.ts',
    './view.js': 'view.tsx',
    './view.jsx': 'view.tsx',
    './m.mjs': 'm.mts',
    './c.cjs': 'c.cts',
    './folder': 'folder/index.ts',
    './folder/': 'folder/index.ts',
    './dotted.name': 'dotted.name.ts',
  }
  for (const [specifier, file] of Object.entries(cases)) {
    assert.equal(answerOf(specifier, project.file('main.ts'), 'import'), project.file(file), specifier)
  }
})

test('an edited package.json counts at once', t => {
  const project = makeProject(t, { ...installed, 'node_modules/dual/new.mjs': '' })
  assert.equal(answerOf('dual', project.file('main.js'), 'import'), project.file('node_modules/dual/esm.mjs'))
  project.write({ 'node_modules/dual/package.json': { name: 'dual', exports: './new.mjs' } })
  assert.equal(answerOf('dual', project.file('main.js'), 'import'), project.file('node_modules/dual/new.mjs'))
})

test('specifiers that no file can have resolve to nothing', t => {
  const project = makeProject(t, installed)
  for (const specifier of [
    '',
    'https://example.org/a.js',
    'data:text/javascript,0',
    '//host/x',
    './a%2fb',
    '@scope',
    '%',
    '.hidden',
  ]) {
    assert.equal(resolveModule(specifier, project.file('main.js'), 'import'), undefined, specifier)
  }
})

test('conditions are read from the command line and NODE_OPTIONS', () => {
  const argv = ['--import', 'x', '-C', 'one', '--conditions=two', '--conditions', 'one']
  assert.deepEqual(customConditions(argv, '--no-warnings -C=three'), ['three', 'one', 'two'])
})
