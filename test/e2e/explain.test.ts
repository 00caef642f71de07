/** explain() tells what dumps() ships, why, and what it leaves out by which rule. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Explanation } from '../../src/explanation.ts'
import { Project } from '../support/project.ts'

interface Seen {
  readonly value: Explanation
  readonly file: Explanation
  readonly text: string
  readonly refusals: readonly string[]
  readonly ran: boolean
  readonly shipped: number
  readonly ids: readonly string[]
}

const main = `
import { dumps, explain, explainFile, renderExplanation } from 'modulepickle'
import { a } from './a.ts'
const limit = 3
function inMain(n: number): number { return a(n) + limit }
const make = () => (n: number): number => inMain(n)
const value = explain([make(), a, Math.max, { data: 'x'.repeat(1000) }])
const attempt = (run: () => unknown): string => { try { run(); return 'nothing' } catch (error) { return (error as { code: string }).code } }
console.log(JSON.stringify({
  value,
  file: explainFile(new URL('../../b/src/never-run.ts', import.meta.url).pathname, 'never'),
  text: renderExplanation(value),
  refusals: [
    attempt(() => explainFile('packages/a/src/a.ts', 'gone')),
    attempt(() => explainFile('/nowhere/at/all.ts')),
    attempt(() => explain(new Promise(() => {}))),
  ],
  ran: 'neverRun' in globalThis,
  shipped: dumps(a).length,
  ids: [explain(a), explainFile(new URL('./a.ts', import.meta.url).pathname, 'a')].map(({ snapshots }) => snapshots[0]!.id),
}))
`

suite('explain()', () => {
  let project: Project
  let seen: Seen

  before(async () => {
    project = new Project({
      'package.json': JSON.stringify({ name: 'root', private: true, workspaces: ['packages/*'] }),
      '.gitignore': '*.log\ndist\n',
      'packages/a/package.json': JSON.stringify({ name: '@w/a', type: 'module', modulepickle: { exclude: ['big'] } }),
      'packages/a/src/main.ts': main,
      'packages/a/src/a.ts':
        "import { deep } from './deep.ts'\nexport function a(n: number): number { return deep(n) }\n",
      'packages/a/src/deep.ts':
        "import { b } from '@w/b'\nimport * as zod from 'zod'\nexport const deep = (n: number): number => b + n + Object.keys(zod).length\n",
      'packages/a/data.csv': 'x'.repeat(5000),
      'packages/a/debug.log': '',
      'packages/a/.env': 'SECRET=1',
      'packages/a/big/file': '',
      'packages/b/package.json': JSON.stringify({ name: '@w/b', type: 'module', exports: './dist/index.js' }),
      'packages/b/dist/index.js': 'export const b = 1\n',
      'packages/b/dist/stale.js': '',
      'packages/b/src/never-run.ts':
        'export const never: number = 1;\n(globalThis as { neverRun?: boolean }).neverRun = true\n',
      'packages/c/package.json': JSON.stringify({ name: '@w/c' }),
    })
    project.installModulepickle()
    project.install('zod')
    project.install('@w/b', project.path('packages/b'))
    const { stdout, stderr } = await project.run('type stripping', 'packages/a/src/main.ts')
    assert.match(stdout, /^\{/, stderr)
    seen = JSON.parse(stdout) as Seen
  })

  after(() => project.remove())

  test('says of each function how it travels, and why', () => {
    const told = seen.value.functions.map(({ name, place, travels, why }) => {
      return `${name} ${place?.replace(`${project.directory}/`, '')} ${travels}: ${why}`
    })
    assert.deepEqual(told, [
      '(anonymous) packages/a/src/main.ts:6 by value: it is made inside another function, class or block',
      'inMain packages/a/src/main.ts:5 by value: it is declared in the program itself, which is not run again on the other end',
      'a packages/a/src/a.ts:2 by reference: its module, which is imported there, declares it at its top level as a',
    ])
  })

  test('names each package with the imports that led to it', () => {
    const [snapshot] = seen.value.snapshots
    assert.deepEqual(
      snapshot?.packages.map(({ name, directory, chain }) => [name, directory, chain.at(-1), chain.length > 1]),
      [
        ['@w/a', 'packages/a', 'packages/a/src/a.ts', false],
        ['@w/b', 'packages/b', 'packages/b/dist/index.js', true],
      ],
    )
    const chain = ['packages/a/src/a.ts', 'packages/a/src/deep.ts', 'packages/b/dist/index.js']
    assert.deepEqual(snapshot?.packages[1]?.chain, chain)
    assert.deepEqual(
      snapshot?.installed.map(({ name, chain: through }) => [name, through]),
      [['zod', chain.slice(0, 2)]],
    )
  })

  test('names what is left out with its rule', () => {
    const [snapshot] = seen.value.snapshots
    const rules = Object.fromEntries(
      snapshot!.leftOut.map(({ path, rule }) => [path, rule.replace(project.directory, '')]),
    )
    assert.deepEqual(rules, {
      'packages/a/.env': 'what has such a name is kept secret',
      'packages/a/big/': '/packages/a/package.json: big',
      'packages/a/debug.log': '/.gitignore: *.log',
      'packages/b/dist/': '/.gitignore: dist',
    })
  })

  test('has sizes, the largest files first', () => {
    const [snapshot] = seen.value.snapshots
    assert.ok(snapshot!.sizeBytes > 5000 && snapshot!.sizeBytes > seen.shipped, 'it travels compressed')
    assert.equal(snapshot!.largest[0]?.path, 'packages/a/data.csv')
    assert.equal(snapshot!.largest[0]?.sizeBytes, 5000)
    assert.ok(snapshot!.largest.length <= 10)
    assert.ok(seen.value.valueBytes! > 1000 && seen.value.valueBytes! < 5000)
  })

  test('of a file imports nothing', () => {
    assert.equal(seen.ran, false)
    assert.deepEqual(
      seen.file.snapshots[0]?.packages.map(({ name, chain }) => [name, chain]),
      [['@w/b', ['packages/b/src/never-run.ts']]],
    )
  })

  test('fails as dumps() does', () => {
    assert.deepEqual(seen.refusals, ['ERR_BINDING_MISSING', 'ERR_MODULE_OUTSIDE_ROOT', 'ERR_UNPICKLABLE'])
  })

  test('has all of it as text', () => {
    for (const part of [
      'inMain  by value: it is declared in the program itself',
      '@w/b in packages/b',
      'packages/a/src/a.ts → packages/a/src/deep.ts → packages/b/dist/index.js',
      'zod@',
      'packages/a/debug.log  (',
      '5000 bytes  packages/a/data.csv',
    ]) {
      assert.ok(seen.text.includes(part), `${part} in:\n${seen.text}`)
    }
  })

  test('has one id for what ships, of a function and of the file that exports it', () => {
    const [ofFunction, ofFile] = seen.ids
    assert.equal(ofFile, ofFunction)
  })
})
