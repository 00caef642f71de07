/**
 * The whole way of a snapshot with real processes: packed here, materialized, and loaded by a fresh Node that has only the
 * cache. MODULEPICKLE_TEST_NODE names another Node for the receiving end.
 */
import assert from 'node:assert/strict'
import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { SnapshotCache } from '../../src/snapshot/materialize/snapshot-cache.ts'
import { WorkingDirectory, type PackedSnapshot } from '../../src/snapshot/pack/working-directory.ts'
import {
  cacheWith,
  makeProject,
  temporaryDirectory,
  type Contents,
  type TemporaryProject,
} from '../unit/snapshot/temporary-project.ts'

const receiver = process.env['MODULEPICKLE_TEST_NODE'] ?? process.execPath
const run = promisify(execFile)

/** Runs `script`, an ES module with `args`, in an empty directory, and returns the JSON that it prints. */
function runThere(t: TestContext, script: string, ...args: unknown[]): unknown {
  const text = `const args = ${JSON.stringify(args)}\n${script}`
  const options = { cwd: temporaryDirectory(t), encoding: 'utf8', env: { PATH: process.env['PATH'] } } as const
  return JSON.parse(execFileSync(receiver, ['--input-type=module', '--eval', text], options))
}

function runtimeOf(t: TestContext): string {
  return makeProject(t, {
    'package.json': { name: 'modulepickle', version: '0.0.0', type: 'module', exports: './index.js' },
    'index.js': "export const connect = () => 'the runtime of the receiver'",
  }).root
}

interface Variant {
  readonly files: (version: number) => Record<string, Contents>
  readonly main: string
}

const esm = (extension: string, annotation: string): Variant => ({
  main: `src/main.${extension}`,
  files: version => ({
    'package.json': { name: 'v', type: 'module' },
    [`src/main.${extension}`]: `
import { now } from './now.${extension}'
import { createRequire } from 'node:module'
export const direct = ()${annotation} => now
export const deferred = async ()${annotation} => (await import('./later.${extension}')).later
export const computed = async (name${annotation}) => (await import('./plugins/' + name + '.${extension}')).plugin
export const required = ()${annotation} => createRequire(import.meta.url)('./legacy.cjs')
`,
    [`src/now.${extension}`]: `export const now${annotation} = 'now ${version}'`,
    [`src/later.${extension}`]: `export const later${annotation} = 'later ${version}'`,
    [`src/plugins/one.${extension}`]: `export const plugin${annotation} = 'plugin ${version}'`,
    'src/legacy.cjs': `module.exports = 'legacy ${version}'`,
  }),
})

const commonJs = (extension: string, annotation: string, type?: string): Variant => ({
  main: `src/main.${extension}`,
  files: version => ({
    'package.json': type === undefined ? { name: 'v' } : { name: 'v', type },
    [`src/main.${extension}`]: `
const { now } = require('./now.${extension}')
exports.direct = ()${annotation} => now
exports.deferred = async ()${annotation} => (await import('./later.${extension}')).later
exports.computed = async (name${annotation}) => (await import('./plugins/' + name + '.${extension}')).plugin
exports.required = ()${annotation} => require('./legacy.${extension}')
`,
    [`src/now.${extension}`]: `exports.now = 'now ${version}'`,
    [`src/later.${extension}`]: `exports.later = 'later ${version}'`,
    [`src/plugins/one.${extension}`]: `exports.plugin = 'plugin ${version}'`,
    [`src/legacy.${extension}`]: `module.exports = 'legacy ${version}'`,
  }),
})

const variants: Record<string, Variant> = {
  'JavaScript modules': esm('js', ''),
  'TypeScript modules': esm('ts', ': any'),
  CommonJS: commonJs('js', '', 'commonjs'),
  'CommonJS without a type': commonJs('js', ''),
  'TypeScript as CommonJS': commonJs('ts', ': any', 'commonjs'),
  '.cts': commonJs('cts', ': any', 'module'),
}
function packVariant(project: TemporaryProject, { files, main }: Variant, version: number): PackedSnapshot {
  project.write(files(version))
  return new WorkingDirectory().pack(project.root, [project.file(main)])
}

for (const [name, variant] of Object.entries(variants)) {
  test(`${name}: deferred imports, computed imports and requires load the version that their function came with`, t => {
    const project = makeProject(t, {})
    const snapshots = [1, 2].map(version => packVariant(project, variant, version))
    const cache = cacheWith(t, ...snapshots)
    const runtime = runtimeOf(t)
    const mains = snapshots.map(snapshot => {
      const { directory } = cache.materialize(snapshot.id, { directories: [], runtime })
      return pathToFileURL(path.join(directory, snapshot.pathOf(project.file(variant.main)))).href
    })
    project.remove('.')
    const results = runThere(
      t,
      `
const [one, two] = await Promise.all(args[0].map(url => import(url)))
const all = async m => [m.direct(), await m.deferred(), await m.computed('one'), m.required()]
console.log(JSON.stringify([await all(two), await all(one), await all(two), await all(one)]))`,
      mains,
    )
    const expected = (version: number): string[] =>
      ['now', 'later', 'plugin', 'legacy'].map(word => `${word} ${version}`)
    assert.deepEqual(results, [expected(2), expected(1), expected(2), expected(1)])
  })
}

const workspace = (version: number): Record<string, Contents> => ({
  'package.json': { private: true, workspaces: ['packages/*'] },
  'packages/app/package.json': { name: '@w/app', type: 'module' },
  'packages/app/src/main.ts': `
import { z } from 'zod'
import { connect } from 'modulepickle'
import { built } from '@w/built'
import { typed } from '@w/typed'
import { typed as sub } from '@w/typed/sub.ts'
import { own } from '#own'
import { aliased } from '~/aliased'
import settings from './settings.json'
import type { Nothing } from './types.ts'
import { readFileSync } from 'node:fs'

export type Row = z.infer<typeof schema>
const schema = z.object({ n: z.number() })
export async function main(row: Row, nothing?: Nothing): Promise<unknown> {
  const later = (await import('@w/built')).built
  const text = readFileSync(new URL('./data.txt', import.meta.url), 'utf8')
  return [schema.parse(row).n, connect(), built, typed, sub, own, aliased, settings.version, later, text, nothing]
}`,
  'packages/app/src/types.ts': 'export interface Nothing {}',
  'packages/app/src/own.ts': 'export const own: string = "own"',
  'packages/app/src/aliased.ts': 'export const aliased: string = "aliased"',
  'packages/app/src/settings.json': { version },
  'packages/app/src/data.txt': `text ${version}`,
  'packages/app/tsconfig.json': '{ "compilerOptions": { /* here */ "paths": { "~/*": ["./src/*"], }, } }',
  'packages/built/package.json': {
    name: '@w/built',
    version: '1.0.0',
    exports: { '.': { import: './dist/index.mjs' } },
  },
  'packages/built/.gitignore': 'dist',
  'packages/built/dist/index.mjs': `export { built } from './chunk.mjs'`,
  'packages/built/dist/chunk.mjs': `export const built = 'built ${version}'`,
  'packages/typed/package.json': {
    name: '@w/typed',
    type: 'module',
    exports: { '.': './src/index.ts', './*': './src/*' },
  },
  'packages/typed/src/index.ts': `export enum Kind { A = ${version} }\nexport const typed: string = 'typed ' + Kind.A`,
  'packages/typed/src/sub.ts': `export * from './index'`,
})

test('a workspace with a git-ignored dist, TypeScript entries, aliases, JSON, zod and modulepickle itself runs', t => {
  const project = makeProject(t, {
    ...workspace(1),
    'node_modules/zod': { link: path.resolve('node_modules/zod') },
    'node_modules/@w/built': { link: '../../packages/built' },
    'node_modules/@w/typed': { link: '../../packages/typed' },
    'node_modules/@w/app': { link: '../../packages/app' },
  })
  project.write({
    'packages/app/package.json': { name: '@w/app', type: 'module', imports: { '#own': './src/own.ts' } },
  })
  const runtime = runtimeOf(t)
  const packAndPlace = (): string => {
    const snapshot = new WorkingDirectory().pack(project.root, [project.file('packages/app/src/main.ts')])
    const { directory } = cacheWith(t, snapshot).materialize(snapshot.id, { directories: [process.cwd()], runtime })
    return pathToFileURL(path.join(directory, 'packages/app/src/main.js')).href
  }
  const first = packAndPlace()
  const { 'packages/app/package.json': _, ...changed } = workspace(2)
  project.write(changed)
  const second = packAndPlace()
  const results = runThere(
    t,
    `const mains = await Promise.all(args[0].map(async url => (await import(url)).main))
console.log(JSON.stringify([await mains[0]({ n: 5 }), await mains[1]({ n: 6 })]))`,
    [first, second],
  )
  const expected = (n: number, v: number): unknown[] => {
    const literal = ['own', 'aliased', v, `built ${v}`, `text ${v}`, null]
    return [n, 'the runtime of the receiver', `built ${v}`, `typed ${v}`, `typed ${v}`].concat(literal as string[])
  }
  assert.deepEqual(results, [expected(5, 1), expected(6, 2)])
})

test('nested versions of a package are each loaded where the sender has them', t => {
  const dep = (version: string): Record<string, Contents> => ({
    'package.json': { name: 'dep', version },
    'index.js': `module.exports = '${version}'`,
  })
  const at = (directory: string, files: Record<string, Contents>): Record<string, Contents> =>
    Object.fromEntries(Object.entries(files).map(([file, contents]) => [`${directory}/${file}`, contents]))
  const project = makeProject(t, {
    'package.json': { workspaces: ['packages/*'] },
    'packages/a/package.json': { name: 'a' },
    'packages/a/index.js': "exports.versions = [require('dep'), require('b')]",
    'packages/b/package.json': { name: 'b' },
    'packages/b/index.js': "module.exports = require('dep')",
    'node_modules/b': { link: '../packages/b' },
    ...at('node_modules/dep', dep('1.0.0')),
    ...at('packages/b/node_modules/dep', dep('2.0.0')),
  })
  const snapshot = new WorkingDirectory().pack(project.root, [project.file('packages/a/index.js')])
  const lookup = { directories: [project.root], runtime: runtimeOf(t) }
  const { directory } = cacheWith(t, snapshot).materialize(snapshot.id, lookup)
  const url = pathToFileURL(path.join(directory, 'packages/a/index.js')).href
  assert.deepEqual(runThere(t, 'console.log(JSON.stringify((await import(args[0])).versions))', url), [
    '1.0.0',
    '2.0.0',
  ])
})

const library = pathToFileURL(path.resolve('src/snapshot/materialize/snapshot-cache.ts')).href
const materializeThere = `
import { SnapshotCache } from '${library}'
const [cache, id, packages] = JSON.parse(process.argv[1])
process.stdout.write('start\\n')
console.log(new SnapshotCache(cache).materialize(id, packages).directory)
`
const arguments_ = (...values: unknown[]): string[] => [
  '--input-type=module',
  '--eval',
  materializeThere,
  JSON.stringify(values),
]

function largeProject(t: TestContext, count: number): PackedSnapshot {
  const entries = Array.from({ length: count }, (_, index) => [`data/d${index % 50}/f${index}.txt`, `file ${index}`])
  const project = makeProject(t, { 'package.json': '{}', 'main.js': '', ...Object.fromEntries(entries) })
  return new WorkingDirectory().pack(project.root, [project.file('main.js')])
}

test('processes that materialize one snapshot at once all get the same whole directory', async t => {
  const snapshot = largeProject(t, 300)
  const cache = cacheWith(t, snapshot)
  const values = [cache.directory, snapshot.id, { directories: [], runtime: runtimeOf(t) }]
  const runs = await Promise.all(Array.from({ length: 6 }, () => run(process.execPath, arguments_(...values))))
  const directories = new Set(runs.map(({ stdout }) => stdout.trim().split('\n')[1]))
  assert.equal(directories.size, 1)
  assert.deepEqual(readdirSync(path.join(cache.directory, 'snapshots', snapshot.id)).length, 1)
  assert.deepEqual(readdirSync(path.join(cache.directory, 'tmp')), [])
  const [directory = ''] = directories
  assert.equal(readdirSync(path.join(directory, 'data'), { recursive: true }).length, 350)
})

test('a process that is killed while materializing leaves no half version, and the next one sweeps what it left', async t => {
  const snapshot = largeProject(t, 4000)
  const cache = cacheWith(t, snapshot)
  const lookup = { directories: [], runtime: runtimeOf(t) }
  const temporary = path.join(cache.directory, 'tmp')
  const child = spawn(process.execPath, arguments_(cache.directory, snapshot.id, lookup), { stdio: 'ignore' })
  while (child.exitCode === null && filesBelow(temporary) < 20) await sleep(1)
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.ok(filesBelow(temporary) > 0, 'it was killed in the middle')
  assert.equal(existsSync(path.join(cache.directory, 'snapshots', snapshot.id)), false)
  const next = new SnapshotCache(cache.directory)
  assert.deepEqual(readdirSync(temporary), [])
  const { directory } = next.materialize(snapshot.id, lookup)
  assert.equal(readdirSync(path.join(directory, 'data'), { recursive: true }).length, 4050)
})

function filesBelow(directory: string): number {
  return readdirSync(directory, { recursive: true }).length
}
