/** Every change on the disk is in the next snapshot, and what has not changed is not read again. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import path from 'node:path'
import { test } from 'node:test'
import { WorkingDirectory } from '../../../src/snapshot/pack/working-directory.ts'
import { makeProject, type Contents, type TemporaryProject } from './temporary-project.ts'

const files: Record<string, Contents> = {
  'package.json': { name: 'fresh', private: true, workspaces: ['packages/*'] },
  'tsconfig.json': { compilerOptions: { paths: { lib: ['./lib/one.ts'] } } },
  'src/package.json': { type: 'module' },
  'src/main.ts':
    "import { a } from './a.ts'\nimport { lib } from 'lib'\nimport '@w/b'\nimport('dep').catch(() => {})\nexport default [a, lib]",
  'src/a.ts': 'export const a: number = 1\n',
  'src/unreached.ts': 'export const unreached: number = 1\n',
  'src/data.txt': 'data',
  'src/tool': '#!/usr/bin/env node\nrequire("node:fs")\n',
  'src/link': { link: 'data.txt' },
  'lib/one.ts': "export const lib: string = 'one'\n",
  'lib/two.ts': "export const lib: string = 'two'\n",
  'packages/b/package.json': { name: '@w/b', main: 'index.js' },
  'packages/b/index.js': 'exports.b = 1\n',
  'node_modules/@w/b': { link: '../../packages/b' },
  'node_modules/dep/package.json': { name: 'dep', version: '1.0.0' },
  'node_modules/dep/index.js': '',
}

const changes: Record<string, (project: TemporaryProject) => void> = {
  'the content of a reached module': project => project.write({ 'src/a.ts': 'export const a: number = 2\n' }),
  'the content of a module that nothing reaches': project =>
    project.write({ 'src/unreached.ts': 'export const unreached: number = 2\n' }),
  'the content of a data file': project => project.write({ 'src/data.txt': 'DATA' }),
  'a module that was saved by a rename': project => {
    project.write({ 'src/.a.ts.saving': 'export const a: number = 3\n' })
    renameSync(project.file('src/.a.ts.saving'), project.file('src/a.ts'))
  },
  'an import that is added': project =>
    project.write({ 'src/a.ts': "import '../lib/two.ts'\nexport const a: number = 1\n" }),
  'an import that is taken away': project => project.write({ 'src/main.ts': "import './a.ts'\n" }),
  'a new file': project => project.write({ 'src/new.txt': '' }),
  'a deleted file': project => project.remove('src/data.txt'),
  'a renamed file': project => renameSync(project.file('src/data.txt'), project.file('src/renamed.txt')),
  'the mode of a file': project => chmodSync(project.file('src/data.txt'), 0o755),
  'where a link leads': project => {
    rmSync(project.file('src/link'))
    symlinkSync('a.ts', project.file('src/link'))
  },
  'a new .gitignore': project => project.write({ 'src/.gitignore': 'data.txt\n' }),
  'package.json': project => project.write({ 'src/package.json': { type: 'module', sideEffects: false } }),
  'what package.json excludes': project =>
    project.write({
      'package.json': { name: 'fresh', workspaces: ['packages/*'], modulepickle: { exclude: ['lib/two.ts'] } },
    }),
  'paths in tsconfig.json': project =>
    project.write({ 'tsconfig.json': { compilerOptions: { paths: { lib: ['./lib/two.ts'] } } } }),
  'a nearer tsconfig.json': project =>
    project.write({ 'src/tsconfig.json': { compilerOptions: { paths: { lib: ['../lib/two.ts'] } } } }),
  'the version of an installed package': project =>
    project.write({ 'node_modules/dep/package.json': { name: 'dep', version: '2.0.0' } }),
  'an installed package that is nearer': project =>
    project.write({
      'src/node_modules/dep/package.json': { name: 'dep', version: '3.0.0' },
      'src/node_modules/dep/index.js': '',
    }),
  'a package that is not installed any more': project => project.remove('node_modules/dep'),
  'a file of another workspace package': project => project.write({ 'packages/b/index.js': 'exports.b = 2\n' }),
  'the type of a script': project =>
    project.write({ 'src/tool': '#!/usr/bin/env node\nimport "node:fs"; export {}\n' }),
}

function contentsFor(change: string): Record<string, Contents> {
  const { 'src/tool': tool, ...others } = files
  return change === 'the type of a script' ? { ...others, 'src/tool': tool!, 'src/package.json': '{}' } : files
}

for (const [what, change] of Object.entries(changes)) {
  test(`the next snapshot has what changed, as if packed for the first time: ${what}`, async t => {
    const project = makeProject(t, contentsFor(what))
    const main = [project.file('src/main.ts')]
    const working = new WorkingDirectory()
    const before = working.pack(project.root, main)
    await sleep(70)
    assert.equal(working.pack(project.root, main), before)
    change(project)
    const after = working.pack(project.root, main)
    const expected = new WorkingDirectory().pack(project.root, main)
    assert.notEqual(after.id, before.id)
    assert.equal(after.id, expected.id)
    assert.deepEqual([...after.objects.keys()].sort(), [...expected.objects.keys()].sort())
    assert.deepEqual(after.packages, expected.packages)
  })
}

test('a file that was only touched, or changed and changed back, is the same snapshot', async t => {
  const project = makeProject(t, files)
  const main = [project.file('src/main.ts')]
  const working = new WorkingDirectory()
  const before = working.pack(project.root, main)
  await sleep(70)
  utimesSync(project.file('src/a.ts'), 1, 1)
  assert.equal(working.pack(project.root, main), before)
  project.write({ 'src/a.ts': 'export const a: number = 2\n' })
  assert.notEqual(working.pack(project.root, main).id, before.id)
  project.write({ 'src/a.ts': 'export const a: number = 1\n' })
  assert.equal(working.pack(project.root, main).id, before.id)
})

test('a mistake is told until it is corrected', async t => {
  const project = makeProject(t, files)
  const main = [project.file('src/main.ts')]
  const working = new WorkingDirectory()
  const before = working.pack(project.root, main)
  for (const mistake of ["import './gone.ts'\n", 'const = ;\n']) {
    project.write({ 'src/a.ts': mistake })
    assert.throws(() => working.pack(project.root, main), /src\/a\.ts/)
    await sleep(70)
    assert.throws(() => working.pack(project.root, main), /src\/a\.ts/)
    project.write({ 'src/a.ts': 'export const a: number = 1\n' })
    assert.equal(working.pack(project.root, main).id, before.id)
  }
})

test('edits of one size that follow within one tick of the clock are all seen, in any file', t => {
  const project = makeProject(t, files)
  const main = [project.file('src/main.ts')]
  const working = new WorkingDirectory()
  const ids = new Set<string>()
  for (let edit = 0; edit < 200; edit++) {
    const file = ['src/a.ts', 'src/unreached.ts', 'src/data.txt'][edit % 3]!
    writeFileSync(project.file(file), `export const a: number = ${1000 + edit}\n`)
    ids.add(working.pack(project.root, main).id)
  }
  assert.equal(ids.size, 200)
})

test('calls of one synchronous turn share one look; the next turn looks again', async t => {
  const project = makeProject(t, files)
  const main = [project.file('src/main.ts')]
  const working = new WorkingDirectory({ fresh: 'call' })
  const before = working.pack(project.root, main)
  project.write({ 'src/a.ts': 'export const a: number = 2\n' })
  assert.equal(working.pack(project.root, main), before)
  await Promise.resolve()
  assert.notEqual(working.pack(project.root, main).id, before.id)
})

test('with once the code stays as it was, also where others look again', async t => {
  const project = makeProject(t, files)
  const main = [project.file('src/main.ts')]
  const once = new WorkingDirectory({ fresh: 'once' })
  const before = once.pack(project.root, main)
  project.write({ 'src/a.ts': 'export const a: number = 2\n' })
  await sleep(70)
  assert.notEqual(new WorkingDirectory().pack(project.root, main).id, before.id)
  assert.equal(once.pack(project.root, main), before)
  assert.equal(once.pack(project.root, [...main, project.file('src/a.ts')]).id, before.id)
})

test('with maxAgeMs the disk is looked at again when that has passed', async t => {
  const project = makeProject(t, files)
  const main = [project.file('src/main.ts')]
  const working = new WorkingDirectory({ fresh: { maxAgeMs: 500 } })
  const before = working.pack(project.root, main)
  project.write({ 'src/a.ts': 'export const a: number = 2\n' })
  assert.equal(working.pack(project.root, main), before)
  await sleep(510)
  assert.notEqual(working.pack(project.root, main).id, before.id)
})

const countReads = `
import fs from 'node:fs'
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
const seen = {}
for (const [owner, name] of [[fs, 'readFileSync'], [fs, 'readdirSync'], [fs, 'realpathSync'], [crypto, 'createHash'], [fs, 'statSync']]) {
  const original = owner[name]
  owner[name] = Object.assign((...args) => { seen[name] = (seen[name] ?? 0) + 1; return original(...args) }, original)
}
syncBuiltinESMExports()
const { WorkingDirectory } = await import(process.argv[1])
const working = new WorkingDirectory()
const [root, main, edited] = process.argv.slice(2)
const packNow = () => { for (const name in seen) delete seen[name]; working.pack(root, [main]); return { ...seen } }
packNow()
await new Promise(resolve => setTimeout(resolve, 100))
packNow()
const unchanged = packNow()
fs.writeFileSync(edited, 'export const a: number = 5')
console.log(JSON.stringify([unchanged, packNow()]))`

test('without a change nothing is read or hashed again, and after an edit only the edited file', t => {
  const project = makeProject(t, files)
  const source = pathToFileURL(path.resolve('src/snapshot/pack/working-directory.ts')).href
  const args = [source, project.root, project.file('src/main.ts'), project.file('src/a.ts')]
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', countReads, ...args], {
    encoding: 'utf8',
  })
  const [unchanged, edited] = JSON.parse(output) as Record<string, number>[]
  const { statSync: looks = 0, ...others } = unchanged!
  assert.deepEqual(others, {})
  assert.ok(looks < 60, `${looks} paths were looked at`)
  assert.equal(edited?.['readFileSync'], 1)
  assert.equal(edited?.['readdirSync'], undefined)
  // The source, the output, and the trees from src and .modulepickle/src/src up to the root.
  assert.equal(edited?.['createHash'], 2 + 5)
})

test('a git-ignored build that is older than its source is told of, once for each change', async t => {
  const project = makeProject(t, {
    'package.json': { name: 'root', type: 'module' },
    '.gitignore': 'dist\n',
    'src/a.ts': 'export const a: number = 1\n',
    'dist/a.js': 'export const a = 1\n',
  })
  const warnings: string[] = []
  const listen = ({ message, ...details }: Error & { code?: string }): unknown =>
    details.code === 'ERR_BUILD_STALE' && warnings.push(message)
  process.on('warning', listen)
  t.after(() => process.off('warning', listen))
  const working = new WorkingDirectory()
  const packNow = async (): Promise<void> => {
    working.pack(project.root, [project.file('dist/a.js')])
    await sleep(1)
  }
  const setTime = (file: string, seconds: number): void => utimesSync(project.file(file), seconds, seconds)
  setTime('src/a.ts', 1000)
  setTime('dist/a.js', 1001)
  await packNow()
  assert.deepEqual(warnings, [])
  project.write({ 'src/a.ts': 'export const a: number = 2\n' })
  await packNow()
  await packNow()
  assert.deepEqual(warnings, ['dist is older than src/a.ts, and what ships is what was built. Build it again.'])
  project.write({ 'dist/a.js': 'export const a = 2\n' })
  await packNow()
  assert.equal(warnings.length, 1)
})

test('a URL that no file can have is left alone', t => {
  const odd = ['file://host/x', './a%2Fb', 'http://[', './%00'].map(
    url => `new URL(${JSON.stringify(url)}, import.meta.url)`,
  )
  const project = makeProject(t, {
    'package.json': { type: 'module' },
    'main.js': `export const f = () => [${odd.join()}]`,
  })
  new WorkingDirectory().pack(project.root, [project.file('main.js')])
})

test('data that changes at each call is told of once, code that does is not', async t => {
  const given: string[] = []
  const note = (warning: Error & { code?: string }): void => void given.push(`${warning.code} ${warning.message}`)
  process.on('warning', note)
  t.after(() => process.off('warning', note))
  const project = makeProject(t, { 'package.json': '{}', 'main.js': "require('./rows.json')", 'rows.json': '[]' })
  const directory = new WorkingDirectory()
  const change = async (file: string, times: number): Promise<void> => {
    for (let time = 1; time <= times; time++) {
      project.write({ [file]: `[${'0,'.repeat(time)}0]` })
      directory.pack(project.root, [project.file('main.js')])
    }
    await new Promise(setImmediate)
  }
  directory.pack(project.root, [project.file('main.js')])
  await change('rows.json', 6)
  project.write({ 'out.log': '' })
  directory.pack(project.root, [project.file('main.js')])
  await change('main.js', 6)
  for (let time = 1; time <= 6; time++) {
    await change('out.log', 1)
    project.write({ 'out.log': '' })
    for (let look = 0; look < 6; look++) directory.pack(project.root, [project.file('main.js')])
  }
  assert.deepEqual(given, [])
  await change('out.log', 9)
  assert.equal(given.length, 1)
  assert.match(given[0]!, /^WARN_SNAPSHOT_RESTLESS out\.log in .*modulepickle/)
  given.length = 0
  for (let time = 0; time < 9; time++) await change(`logs/${time}.log`, 1)
  assert.equal(given.length, 1)
})
