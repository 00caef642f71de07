/** What one process has compiled the next one does not compile again, and nothing about the cache can change what ships. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { CompileCache } from '../../../src/snapshot/pack/compile-cache.ts'
import { ownFiles } from '../../../src/snapshot/pack/tools-fingerprint.ts'
import { sweepShard } from '../../../src/snapshot/pack/sweep-shard.ts'
import { WorkingDirectory } from '../../../src/snapshot/pack/working-directory.ts'
import { makeProject, temporaryDirectory, type Contents, type TemporaryProject } from './temporary-project.ts'

const files: Record<string, Contents> = {
  'package.json': { name: 'compiled', type: 'module' },
  'tsconfig.json': { compilerOptions: { jsx: 'react', jsxFactory: 'h' } },
  'main.ts': `import { createRequire } from 'node:module'
import { view } from './view.tsx'
export * from './plain.mjs'
enum Colour { Red }
const load = createRequire(import.meta.url)
export const late = (name: string): unknown => [import('./' + name + '.ts'), load('./common.cts'), new URL('./x.txt', import.meta.url)]
class Private { #secret = 1; read() { return this.#secret } }
export default function named(): unknown { return [view, Colour.Red, 'ünï 🥒'] }
var hoisted: string | undefined`,
  'view.tsx': "const h = (tag: string) => tag\nexport const view = <div>{'x'}</div>\n",
  // What is smaller is parsed again.
  'plain.mjs':
    '/* '.padEnd(10_000, 'x') + ' */const a = 1\nexport { a as "a name" }\n//# sourceMappingURL=plain.mjs.map\n',
  'common.cts': 'import fs = require("node:fs")\nexport = fs\n',
  'decorated.ts': '@mark export class A { @mark accessor b: number = 1 }\nfunction mark(..._: unknown[]): void {}\n',
}

const packElsewhere = `
const { WorkingDirectory } = await import(process.argv[1])
const { CompileCache } = await import(process.argv[2])
const { createRequire } = await import('node:module')
const { writeFileSync } = await import('node:fs')
const [root, cache] = process.argv.slice(3)
const { id } = new WorkingDirectory({ compiled: new CompileCache(cache) }).pack(root, [root + '/main.ts'])
const loaded = Object.keys(createRequire(import.meta.url).cache)
const compilers = loaded.filter(file => /node_modules.(oxc-transform|esbuild)\\b.*\\.c?js$/.test(file))
writeFileSync(1, JSON.stringify({ id, hasCompiled: compilers.length > 0 }))`

function packInAnotherProcess(
  project: TemporaryProject,
  cache: string,
  end = '',
): { id: string; hasCompiled: boolean } {
  const modules = ['working-directory', 'compile-cache'].map(
    name => pathToFileURL(path.resolve(`src/snapshot/pack/${name}.ts`)).href,
  )
  const args = ['--input-type=module', '--eval', `${packElsewhere}\n${end}`, ...modules, project.root, cache]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as ReturnType<
    typeof packInAnotherProcess
  >
}

function packWithout(project: TemporaryProject): string {
  return new WorkingDirectory().pack(project.root, [project.file('main.ts')]).id
}

function entriesOf(cache: string): string[] {
  const compiled = path.join(cache, 'compiled')
  const names = readdirSync(compiled, { recursive: true, encoding: 'utf8' }).map(name => path.join(compiled, name))
  return names.filter(file => statSync(file).isFile())
}

function start(t: TestContext): { project: TemporaryProject; cache: string; id: string } {
  const project = makeProject(t, files)
  const cache = path.join(temporaryDirectory(t), 'cache')
  return { project, cache, id: packWithout(project) }
}

test('a second process does not even load the compilers, and packs the same', t => {
  const { project, cache, id } = start(t)
  assert.deepEqual(packInAnotherProcess(project, cache), { id, hasCompiled: true })
  assert.deepEqual(packInAnotherProcess(project, cache), { id, hasCompiled: false })
})

test('a process that ends at once keeps what it has compiled as well', t => {
  const { project, cache, id } = start(t)
  packInAnotherProcess(project, cache, 'process.exit()')
  assert.deepEqual(packInAnotherProcess(project, cache), { id, hasCompiled: false })
})

test('another content, other options and another module system are compiled anew', t => {
  const { project, cache } = start(t)
  packInAnotherProcess(project, cache)
  const changes: Record<string, Contents>[] = [
    { 'view.tsx': 'export const view: number = 2\n' },
    { 'tsconfig.json': { compilerOptions: { jsx: 'react', jsxFactory: 'g' } } },
    { 'package.json': { name: 'compiled', type: 'commonjs' } },
    { 'sub/view.tsx': files['view.tsx']! },
  ]
  const ids = new Set<string>()
  for (const change of changes) {
    project.write(change)
    const packed = packInAnotherProcess(project, cache)
    assert.deepEqual(packed, { id: packWithout(project), hasCompiled: true }, JSON.stringify(change))
    ids.add(packed.id)
  }
  assert.equal(ids.size, changes.length)
})

test('a moved project, and one with the same files, finds what the first has compiled', t => {
  const { project, cache, id } = start(t)
  packInAnotherProcess(project, cache)
  assert.deepEqual(packInAnotherProcess(makeProject(t, files), cache), { id, hasCompiled: false })
})

test('entries that are damaged in any way are noticed and written anew', t => {
  const { project, cache, id } = start(t)
  packInAnotherProcess(project, cache)
  const whole = new Map(entriesOf(cache).map(file => [file, readFileSync(file)]))
  assert.equal(whole.size, 5)
  const damages: Record<string, (content: Buffer) => Buffer> = {
    truncated: content => content.subarray(0, content.length / 2),
    emptied: () => Buffer.of(),
    'one bit flipped': content => {
      const flipped = Buffer.from(content)
      flipped[content.length - 5]! ^= 1
      return flipped
    },
    'another entry': content => [...whole.values()].find(other => !other.equals(content))!.subarray(1),
  }
  for (const [how, damage] of Object.entries(damages)) {
    for (const [file, content] of whole) writeFileSync(file, damage(content))
    assert.deepEqual(packInAnotherProcess(project, cache), { id, hasCompiled: true }, how)
    for (const [file, content] of whole) assert.deepEqual(readFileSync(file), content, how)
  }
})

test('a cache that is unsafe, or is no directory, is not used', t => {
  const { project, cache, id } = start(t)
  writeFileSync(cache, '')
  assert.equal(packInAnotherProcess(project, cache).id, id)
  const open = temporaryDirectory(t)
  chmodSync(open, 0o777)
  assert.equal(packInAnotherProcess(project, open).id, id)
  assert.equal(existsSync(path.join(open, 'compiled')), false)
})

test('entries are closed to others, and no drafts are left', async t => {
  const { project, cache } = start(t)
  new WorkingDirectory({ compiled: new CompileCache(cache) }).pack(project.root, [project.file('main.ts')])
  // Some are written in each turn of the event loop.
  do await new Promise(resolve => setImmediate(resolve))
  while (entriesOf(cache).length < 5)
  for (const file of entriesOf(cache)) assert.equal(statSync(file).mode & 0o077, 0)
  assert.deepEqual(readdirSync(path.join(cache, 'tmp')), [])
})

test('a directory that has grown too large keeps what is youngest, and nothing that is a month old', t => {
  const directory = temporaryDirectory(t)
  for (const day of [0, 1, 2, 3, 31]) {
    const file = path.join(directory, `day${day}`)
    writeFileSync(file, 'x'.repeat(100))
    const time = Date.now() / 1000 - day * 24 * 60 * 60
    utimesSync(file, time, time)
  }
  sweepShard(directory)
  assert.deepEqual(readdirSync(directory).sort(), ['day0', 'day1', 'day2', 'day3'])
  sweepShard(directory, 250)
  assert.deepEqual(readdirSync(directory).sort(), ['day0', 'day1'])
})

test('an entry is of exactly the code that made it: every file that takes part is in its key', () => {
  const source = path.resolve('src')
  const found = new Set<string>()
  const open = ['module-text.ts', 'module-text-record.ts'].map(name => path.join(source, 'snapshot/pack', name))
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    const name = path.relative(source, file).replace(/\.ts$/, '')
    if (found.has(name)) continue
    found.add(name)
    const imports = readFileSync(file, 'utf8').matchAll(/^(?:import|export|\}) (?!type)[^;]*?from '(\..*?)'/gm)
    for (const [, specifier] of imports) open.push(path.resolve(path.dirname(file), specifier!))
  }
  // Errors are made of what fails, which is not kept; the options are part of the key themselves.
  for (const other of ['errors', 'snapshot/objects/object-id']) found.delete(other)
  assert.deepEqual([...found].sort(), ownFiles, 'bring ownFiles in tools-fingerprint.ts up to date')
})
