/** Collection: what goes, in which order, and that nothing goes which a live process uses. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { clearCache, collectCache, listCache } from '../../../src/snapshot/materialize/collect.ts'
import { runtimeName } from '../../../src/snapshot/materialize/old-runtimes.ts'
import { SnapshotCache } from '../../../src/snapshot/materialize/snapshot-cache.ts'
import { WorkingDirectory } from '../../../src/snapshot/pack/working-directory.ts'
import { fill, makeProject, temporaryDirectory } from './temporary-project.ts'

const dayMs = 24 * 60 * 60 * 1000

interface Filled {
  readonly directory: string
  /** Of each version: its id, and the directory that it has. */
  readonly versions: readonly { readonly id: string; readonly directory: string }[]
}

/** A cache with `count` versions of a package, the first used `count` days ago, the last today. No process uses them. */
function cacheOf(t: TestContext, count: number, data = 'some data'): Filled {
  const directory = path.join(temporaryDirectory(t), 'cache')
  const runtime = temporaryDirectory(t)
  const project = makeProject(t, { 'package.json': { name: 'p' }, 'main.js': '', 'same.js': 'x'.repeat(1000) })
  const cache = new SnapshotCache(directory)
  const versions = Array.from({ length: count }, (_, version) => {
    project.write({ 'main.js': `exports.version = ${version}`, 'data.txt': `${data} ${version}` })
    const snapshot = new WorkingDirectory().pack(project.root, [project.file('main.js')])
    fill(cache, snapshot)
    return { id: snapshot.id, directory: cache.materialize(snapshot.id, { directories: [], runtime }).directory }
  })
  // As if a process had written them that has ended.
  for (const pin of readdirSync(path.join(directory, 'pins'))) rmSync(path.join(directory, 'pins', pin))
  for (const [version, { id }] of versions.entries()) setAge(directory, id, count - 1 - version)
  ageObjects(directory)
  return { directory, versions }
}

function setAge(cache: string, id: string, days: number): void {
  const seal = readdirSync(path.join(cache, 'seals')).find(name => name.startsWith(id)) ?? assert.fail()
  const time = new Date(Date.now() - days * dayMs - 1000)
  utimesSync(path.join(cache, 'seals', seal), time, time)
}

function ageObjects(cache: string): void {
  const time = new Date(Date.now() - dayMs)
  for (const name of readdirSync(path.join(cache, 'objects'), { recursive: true, encoding: 'utf8' })) {
    if (name.length > 2) utimesSync(path.join(cache, 'objects', name), time, time)
  }
}

function left({ versions }: Filled): number[] {
  return versions.flatMap(({ directory }, version) => (existsSync(directory) ? [version] : []))
}

/** Every version that is left can still ship onwards, and so has all of its objects. */
function checkWhole(filled: Filled): void {
  const cache = new SnapshotCache(filled.directory)
  for (const version of left(filled)) assert.ok(cache.has(filled.versions[version]?.id ?? ''), String(version))
}

test('to list a cache makes and changes nothing, whatever of it is there', t => {
  const { directory, versions } = cacheOf(t, 2)
  for (const part of ['pins', 'stamps', 'tmp']) rmSync(path.join(directory, part), { recursive: true })
  chmodSync(directory, 0o755)
  const parts = readdirSync(directory)
  assert.deepEqual(
    listCache({ directory }).snapshots.map(({ id }) => id),
    versions.map(({ id }) => id).reverse(),
  )
  assert.deepEqual([readdirSync(directory), statSync(directory).mode & 0o777], [parts, 0o755])
  const absent = path.join(directory, 'absent')
  assert.deepEqual(listCache({ directory: absent }), { directory: absent, sizeBytes: 0, snapshots: [] })
  assert.ok(!existsSync(absent))
  assert.throws(() => listCache({ directory: path.join(directory, '.gitignore') }), { code: 'ERR_CACHE_UNSAFE' })
})

test('snapshots that nobody has used for longer than the given age go, with the objects that only they needed', t => {
  const filled = cacheOf(t, 5)
  const before = listCache(filled)
  const { removed, removedObjects, freedBytes } = collectCache({ ...filled, maxAgeMs: 2.5 * dayMs })
  assert.deepEqual(left(filled), [2, 3, 4])
  assert.deepEqual(
    removed.map(({ id }) => id).sort(),
    filled.versions
      .slice(0, 2)
      .map(({ id }) => id)
      .sort(),
  )
  assert.equal(removedObjects, 2 * 3, 'the module, the data and the tree of each')
  assert.equal(listCache(filled).sizeBytes, before.sizeBytes - freedBytes)
  checkWhole(filled)
})

test('above the given size the least recently used go, and what is used most recently stays', t => {
  const filled = cacheOf(t, 6, 'x'.repeat(10_000))
  collectCache({ ...filled, maxSizeBytes: 70_000 })
  assert.deepEqual(left(filled), [3, 4, 5])
  assert.ok(listCache(filled).sizeBytes <= 70_000)
  checkWhole(filled)
})

test('what is known of installed packages goes when it is old', t => {
  const { directory } = cacheOf(t, 1)
  const stamps = path.join(directory, 'stamps')
  for (const name of ['old', 'young']) writeFileSync(path.join(stamps, name), '{}')
  const time = new Date(Date.now() - 31 * dayMs)
  utimesSync(path.join(stamps, 'old'), time, time)
  collectCache({ directory })
  assert.deepEqual(readdirSync(stamps), ['young'])
  clearCache({ directory })
  assert.deepEqual(readdirSync(stamps), [])
})

test('what workers got as modulepickle goes when it is old, unless a worker still has it', t => {
  const { directory } = cacheOf(t, 1)
  const time = new Date(Date.now() - 31 * dayMs)
  for (const hash of ['old', 'used', 'young']) {
    const runtime = path.join(directory, 'runtime', hash)
    mkdirSync(runtime, { recursive: true })
    writeFileSync(path.join(runtime, 'index.js'), '')
    if (hash !== 'young') utimesSync(runtime, time, time)
  }
  new SnapshotCache(directory).pin(runtimeName('used'))
  collectCache({ directory })
  assert.deepEqual(readdirSync(path.join(directory, 'runtime')), ['used', 'young'])
  clearCache({ directory })
  assert.deepEqual(readdirSync(path.join(directory, 'runtime')), ['used'])
})

test('a dry run tells the same and removes nothing', t => {
  const filled = cacheOf(t, 4)
  const namesIn = (): string[] => readdirSync(filled.directory, { recursive: true, encoding: 'utf8' }).sort()
  const before = namesIn()
  const planned = collectCache({ ...filled, maxAgeMs: 1.5 * dayMs, isDryRun: true })
  assert.deepEqual(namesIn(), before)
  assert.deepEqual(collectCache({ ...filled, maxAgeMs: 1.5 * dayMs }), planned)
})

test('clearing removes everything that no process uses', t => {
  const filled = cacheOf(t, 3)
  clearCache(filled)
  assert.deepEqual(left(filled), [])
  assert.deepEqual(listCache(filled), { directory: filled.directory, sizeBytes: 0, snapshots: [] })
  for (const name of ['snapshots', 'seals', 'tmp', 'pins'])
    assert.deepEqual(readdirSync(path.join(filled.directory, name)), [], name)
})

test('what a live process uses stays, however old and large, until that process has ended', async t => {
  const filled = cacheOf(t, 3)
  const library = pathToFileURL(path.resolve('src/snapshot/materialize/snapshot-cache.ts')).href
  const [first] = filled.versions
  const links = path.join(first?.directory ?? '', 'node_modules/modulepickle')
  const program = `
    import { realpathSync } from 'node:fs'
    import { SnapshotCache } from '${library}'
    const found = new SnapshotCache('${filled.directory}').find('${first?.id}', { directories: [], runtime: realpathSync('${links}') })
    console.log(found.directory)
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [printed] = (await once(child.stdout, 'data')) as [Buffer]
  assert.equal(printed.toString().trim(), first?.directory)
  clearCache(filled)
  assert.deepEqual(left(filled), [0])
  const [kept] = listCache(filled).snapshots
  assert.match(kept?.pinnedBy.join() ?? '', new RegExp(`-${child.pid}-\\d+$`))
  checkWhole(filled)
  child.kill('SIGKILL')
  await once(child, 'exit')
  clearCache(filled)
  assert.deepEqual(left(filled), [])
})

test('a pin of a process id that another process has now pins nothing', t => {
  const filled = cacheOf(t, 1)
  const [first] = filled.versions
  const own = ownPin(filled, first?.id ?? '')
  const pins = path.join(filled.directory, 'pins')
  writeFileSync(path.join(pins, own.replace(/\d+$/, '1')), readFileSync(path.join(pins, own)))
  rmSync(path.join(pins, own))
  clearCache(filled)
  assert.deepEqual(left(filled), process.platform === 'linux' ? [] : [0])
})

test('pins of other hosts count for as long as they show signs of life', t => {
  const filled = cacheOf(t, 1)
  const pin = path.join(filled.directory, 'pins', 'elsewhere.1-77-12345')
  const [first] = filled.versions
  writeFileSync(pin, `${first?.id}/${path.basename(first?.directory ?? '')}\n`)
  clearCache(filled)
  assert.deepEqual(left(filled), [0])
  const longAgo = new Date(Date.now() - 4 * dayMs)
  utimesSync(pin, longAgo, longAgo)
  clearCache(filled)
  assert.deepEqual([left(filled), existsSync(pin)], [[], false])
})

/** The name of this process's pin, after it has used a snapshot. */
function ownPin({ directory, versions }: Filled, id: string): string {
  const links = path.join(versions.find(version => version.id === id)?.directory ?? '', 'node_modules/modulepickle')
  new SnapshotCache(directory).find(id, { directories: [], runtime: links })
  const [pin] = readdirSync(path.join(directory, 'pins'))
  return pin ?? assert.fail()
}

test('objects that have just arrived stay: they may be on their way into a snapshot', t => {
  const filled = cacheOf(t, 1)
  const cache = new SnapshotCache(filled.directory)
  const project = makeProject(t, { 'package.json': { name: 'q' }, 'main.js': 'exports.q = 1' })
  const snapshot = new WorkingDirectory().pack(project.root, [project.file('main.js')])
  fill(cache, snapshot)
  assert.equal(collectCache(filled).removedObjects, 0)
  assert.ok(cache.has(snapshot.id))
  ageObjects(filled.directory)
  fill(cache, snapshot)
  assert.equal(collectCache(filled).removedObjects, 0, 'what is put again is young again')
  ageObjects(filled.directory)
  assert.equal(collectCache(filled).removedObjects, snapshot.objects.size - 1, 'both packages have one description')
})

test('a cache collects by itself, once a day, when something is written to it', t => {
  const filled = cacheOf(t, 2)
  const mark = path.join(filled.directory, 'collected')
  const [first] = filled.versions
  setAge(filled.directory, first?.id ?? '', 31)
  const write = (text: string): void => {
    const project = makeProject(t, { 'package.json': {}, 'main.js': text })
    const snapshot = new WorkingDirectory().pack(project.root, [project.file('main.js')])
    const cache = new SnapshotCache(filled.directory)
    fill(cache, snapshot)
    cache.materialize(snapshot.id, { directories: [], runtime: temporaryDirectory(t) })
  }
  write('1')
  assert.deepEqual(left(filled), [0, 1], 'not yet a day')
  const yesterday = new Date(Date.now() - dayMs - 1000)
  utimesSync(mark, yesterday, yesterday)
  write('2')
  assert.deepEqual(left(filled), [1])
})
