/** From objects to directories: reuse, package sets, exact versions, modes, and what a cache directory must be. */
import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { isModulePickleError, type ErrorCode } from '../../../src/errors.ts'
import { InstalledPackages } from '../../../src/snapshot/packages/installed-packages.ts'
import { findPackages } from '../../../src/snapshot/materialize/package-lookup.ts'
import { SnapshotCache } from '../../../src/snapshot/materialize/snapshot-cache.ts'
import { WorkingDirectory, type PackedSnapshot } from '../../../src/snapshot/pack/working-directory.ts'
import {
  cacheWith,
  fill,
  makeProject,
  temporaryDirectory,
  type Contents,
  type TemporaryProject,
} from './temporary-project.ts'

const files: Record<string, Contents> = {
  'package.json': { name: 'p', type: 'module' },
  'main.js': "import 'dep'\nexport const main = 1\n",
  tool: '#!/bin/sh\necho tool\n',
  link: { link: 'main.js' },
  'node_modules/dep/package.json': { name: 'dep', version: '1.0.0' },
  'node_modules/dep/index.js': '',
}

function packMain(project: TemporaryProject): PackedSnapshot {
  return new WorkingDirectory().pack(project.root, [project.file('main.js')])
}

function hasCode(code: ErrorCode): (error: unknown) => boolean {
  return error => isModulePickleError(error, code)
}

function setUp(t: TestContext): {
  project: TemporaryProject
  snapshot: PackedSnapshot
  cache: SnapshotCache
  runtime: string
} {
  const project = makeProject(t, files)
  const snapshot = packMain(project)
  return { project, snapshot, cache: cacheWith(t, snapshot), runtime: temporaryDirectory(t) }
}

test('a snapshot is a directory with contents, modes, links, packages and the runtime', t => {
  const { project, snapshot, cache, runtime } = setUp(t)
  const { id, directory, packageDirectories } = cache.materialize(snapshot.id, { directories: [project.root], runtime })
  assert.equal(id, snapshot.id)
  const at = (file: string): string => path.join(directory, file)
  assert.equal(readFileSync(at('tool'), 'utf8'), '#!/bin/sh\necho tool\n')
  assert.equal(statSync(at('tool')).mode & 0o111, 0o111)
  assert.equal(statSync(at('main.js')).mode & 0o111, 0)
  assert.ok(lstatSync(at('link')).isSymbolicLink())
  assert.equal(realpathSync(at('node_modules/dep')), project.file('node_modules/dep'))
  assert.equal(realpathSync(at('node_modules/modulepickle')), runtime)
  assert.deepEqual([...packageDirectories], [['dep@1.0.0', project.file('node_modules/dep')]])
})

test('the same id and the same packages reuse the directory without writing', t => {
  const { project, snapshot, cache, runtime } = setUp(t)
  const lookup = { directories: [project.root], runtime }
  const { directory } = cache.materialize(snapshot.id, lookup)
  const before = statSync(path.join(directory, 'main.js'), { bigint: true })
  assert.equal(new SnapshotCache(cache.directory).materialize(snapshot.id, lookup).directory, directory)
  assert.deepEqual(statSync(path.join(directory, 'main.js'), { bigint: true }).ctimeNs, before.ctimeNs)
})

test('another set of package directories is another directory of the same snapshot', t => {
  const { project, snapshot, cache, runtime } = setUp(t)
  const elsewhere = makeProject(t, files)
  const first = cache.materialize(snapshot.id, { directories: [project.root], runtime })
  const second = cache.materialize(snapshot.id, { directories: [elsewhere.root], runtime })
  const third = cache.materialize(snapshot.id, { directories: [project.root], runtime: temporaryDirectory(t) })
  assert.equal(new Set([first.directory, second.directory, third.directory]).size, 3)
  assert.equal(realpathSync(path.join(first.directory, 'node_modules/dep')), project.file('node_modules/dep'))
  assert.equal(realpathSync(path.join(second.directory, 'node_modules/dep')), elsewhere.file('node_modules/dep'))
})

test('a missing or different package is refused before anything is written, with a table', t => {
  const { project, snapshot, cache, runtime } = setUp(t)
  project.write({ 'node_modules/dep/package.json': { name: 'dep', version: '1.0.1' } })
  assert.throws(
    () => cache.materialize(snapshot.id, { directories: [project.root], runtime }),
    error => {
      assert.ok(isModulePickleError(error, 'ERR_PACKAGE_MISMATCH'))
      assert.match(error.message, /package {2}needed {2}found {2}where/)
      assert.match(error.message, /dep {6}1\.0\.0 {3}1\.0\.1 {2}.*node_modules\/dep/)
      assert.match(error.message, /npm install dep@1\.0\.0/)
      return true
    },
  )
  assert.throws(
    () => cache.materialize(snapshot.id, { directories: [runtime], runtime }),
    error => isModulePickleError(error, 'ERR_PACKAGE_MISMATCH') && /dep {6}1\.0\.0 {3}none/.test(error.message),
  )
  assert.deepEqual(readdirSync(path.join(cache.directory, 'snapshots')), [])
})

test('packages are found in parents, exact maps, nested places, aliases and pnpm stores', t => {
  const dep = (version: string): Contents => ({ name: 'dep', version })
  const project = makeProject(t, {
    'node_modules/dep/package.json': dep('1.0.0'),
    'node_modules/alias/package.json': { name: 'real', version: '1.0.0' },
    'packages/a/node_modules/dep/package.json': dep('2.0.0'),
    'node_modules/.pnpm/dep@3.0.0_react@19/node_modules/dep/package.json': dep('3.0.0'),
    'node_modules/.pnpm/@s+x@1.0.0/node_modules/@s/x/package.json': { name: '@s/x', version: '1.0.0' },
    'store/package.json': dep('4.0.0'),
  })
  const { found } = findPackages(
    {
      needs: [
        ...['1.0.0', '2.0.0', '3.0.0', '4.0.0'].map(version => ({ name: 'dep', version })),
        { name: 'real', version: '1.0.0' },
        { name: '@s/x', version: '1.0.0' },
      ],
      graph: {},
      places: new Map([
        ['dep@2.0.0', ['packages/a/node_modules/dep']],
        ['real@1.0.0', ['node_modules/alias']],
      ]),
    },
    {
      directories: [project.file('packages/none'), project.root],
      exact: new Map([
        ['dep@4.0.0', project.file('store')],
        ['dep@1.0.0', project.file('store')],
      ]),
      runtime: project.root,
    },
    new InstalledPackages(),
  )
  assert.deepEqual(
    [...found].map(([key, directory]) => [key, path.relative(project.root, directory)]),
    [
      ['dep@1.0.0', 'node_modules/dep'],
      ['dep@2.0.0', 'packages/a/node_modules/dep'],
      ['dep@3.0.0', 'node_modules/.pnpm/dep@3.0.0_react@19/node_modules/dep'],
      ['dep@4.0.0', 'store'],
      ['real@1.0.0', 'node_modules/alias'],
      ['@s/x@1.0.0', 'node_modules/.pnpm/@s+x@1.0.0/node_modules/@s/x'],
    ],
  )
})

test('a receiver tells what it lacks, a missing tree hiding what it holds', t => {
  const { project, snapshot, cache } = setUp(t)
  const empty = new SnapshotCache(path.join(temporaryDirectory(t), 'cache'))
  assert.equal(empty.has(snapshot.id), false)
  assert.deepEqual(empty.missing(snapshot.id), [snapshot.id])
  assert.equal(cache.has(snapshot.id), true)
  project.write({ 'main.js': 'export const main = 2\n' })
  const edited = packMain(project)
  assert.deepEqual(sendMissing(cache, edited), ['tree'])
  assert.deepEqual(sendMissing(cache, edited).sort(), ['blob', 'blob'], 'the file and the description')
  assert.equal(cache.has(edited.id), true)
})

/** Puts what the cache says that it lacks, and tells the kinds of those objects. */
function sendMissing(cache: SnapshotCache, snapshot: PackedSnapshot): string[] {
  return cache.missing(snapshot.id).map(missing => {
    const { id, kind, read } = snapshot.objects.get(missing) ?? assert.fail(`${missing} is not of the snapshot`)
    cache.put(id, kind, read())
    return kind
  })
}

test('a snapshot ships onwards from the cache with the same objects', t => {
  const { snapshot, cache } = setUp(t)
  const onwards = [...cache.objectsOf(snapshot.id)]
  assert.deepEqual(onwards.map(({ id }) => id).sort(), [...snapshot.objects.keys()].sort())
  const next = new SnapshotCache(path.join(temporaryDirectory(t), 'cache'))
  for (const { id, kind, read } of onwards) next.put(id, kind, read())
  assert.equal(next.has(snapshot.id), true)
})

test('a file in the cache tells its snapshot and path, any other file none', t => {
  const { project, snapshot, cache, runtime } = setUp(t)
  const { directory } = cache.materialize(snapshot.id, { directories: [project.root], runtime })
  assert.deepEqual(cache.snapshotOfFile(path.join(directory, 'lib', 'a.js')), {
    id: snapshot.id,
    path: 'lib/a.js',
    directory,
  })
  for (const file of [project.file('main.js'), directory, path.join(cache.directory, 'objects/ab/cd'), '/']) {
    assert.equal(cache.snapshotOfFile(file), undefined, file)
  }
})

test('a snapshot whose objects are not all here is refused, and nothing of it stays', t => {
  const { project, snapshot, runtime } = setUp(t)
  const lookup = { directories: [project.root], runtime }
  for (const left of snapshot.objects.values()) {
    const cache = new SnapshotCache(path.join(temporaryDirectory(t), 'cache'))
    for (const object of snapshot.objects.values())
      if (object !== left) cache.put(object.id, object.kind, object.read())
    assert.throws(() => cache.materialize(snapshot.id, lookup), hasCode('ERR_SNAPSHOT_MISSING'))
    assert.equal(existsSync(path.join(cache.directory, 'snapshots', snapshot.id)), false)
    assert.deepEqual(readdirSync(path.join(cache.directory, 'tmp')), [])
    fill(cache, snapshot)
    cache.materialize(snapshot.id, lookup)
  }
})

test('the cache is closed to others, wherever it is by default', t => {
  const home = temporaryDirectory(t)
  const names = ['MODULEPICKLE_CACHE', 'XDG_CACHE_HOME', 'HOME', 'TMPDIR']
  const saved = names.map(name => [name, process.env[name]] as const)
  t.after(() => {
    for (const [name, value] of saved) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })
  const openWith = (env: Record<string, string>): string => {
    for (const name of names) delete process.env[name]
    Object.assign(process.env, { TMPDIR: path.join(home, 'tmp'), ...env })
    return path.relative(home, new SnapshotCache().directory)
  }
  mkdirSync(path.join(home, 'tmp'))
  assert.equal(openWith({ MODULEPICKLE_CACHE: path.join(home, 'mine') }), 'mine')
  assert.equal(openWith({ XDG_CACHE_HOME: path.join(home, 'xdg') }), 'xdg/modulepickle')
  assert.equal(openWith({ HOME: path.join(home, 'h') }), 'h/.cache/modulepickle')
  assert.match(openWith({ HOME: '/dev/null' }), /^tmp\/modulepickle-/)
  for (const directory of ['mine', 'xdg/modulepickle/objects', 'h/.cache/modulepickle/snapshots']) {
    assert.equal(statSync(path.join(home, directory)).mode & 0o777, 0o700, directory)
  }
})

test('a cache that others can write, or that belongs to somebody else, is refused', t => {
  const directory = path.join(temporaryDirectory(t), 'cache')
  mkdirSync(directory)
  chmodSync(directory, 0o777)
  assert.throws(() => new SnapshotCache(directory), hasCode('ERR_CACHE_UNSAFE'))
  chmodSync(directory, 0o755)
  assert.equal(statSync(new SnapshotCache(directory).directory).mode & 0o777, 0o700)
  if (process.getuid?.() !== 0) return t.diagnostic('only root can give a directory away')
  chownSync(directory, 12345, 12345)
  assert.throws(() => new SnapshotCache(directory), hasCode('ERR_CACHE_UNSAFE'))
  return undefined
})

/** What shipped code could do to its own directory. */
const changes: Record<string, (at: (file: string) => string) => void> = {
  'a file with other text of the same size': at => overwrite(at('main.js'), '1\n', '2\n'),
  'a file in a subdirectory': at => overwrite(at('lib/data.json'), '1', '2'),
  'a file with one bit flipped, and all its times put back': at => {
    const { atime, mtime } = statSync(at('lib/data.json'))
    overwrite(at('lib/data.json'), '1', '0')
    chmodSync(at('lib/data.json'), 0o444)
    utimesSync(at('lib/data.json'), atime, mtime)
  },
  'a file that may be executed now': at => chmodSync(at('main.js'), 0o555),
  'a file that was cut': at => truncateSync(at('lib/data.json'), 1),
  'a file that was cut when the power failed, with its time as it was': at => {
    const { atime, mtime } = statSync(at('main.js'))
    truncateSync(at('main.js'), 3)
    utimesSync(at('main.js'), atime, mtime)
  },
  'a new file': at => writeFileSync(at('lib/new.js'), ''),
  'a missing file': at => rmSync(at('lib/data.json')),
  'another file in the place of one': at => {
    writeFileSync(at('new'), '')
    renameSync(at('new'), at('main.js'))
  },
  'a package link that leads elsewhere': at => {
    rmSync(at('node_modules/dep'))
    symlinkSync('..', at('node_modules/dep'))
  },
}

/** As its owner can, whatever the mode says. */
function overwrite(file: string, before: string, after: string): void {
  chmodSync(file, 0o644)
  writeFileSync(file, readFileSync(file, 'utf8').replace(before, after))
}

for (const [what, change] of Object.entries(changes)) {
  test(`a directory with ${what} is written anew at the same path for the next process`, t => {
    const project = makeProject(t, { ...files, 'lib/data.json': '{"a": 1}' })
    const snapshot = packMain(project)
    const lookup = { directories: [project.root], runtime: temporaryDirectory(t) }
    const first = cacheWith(t, snapshot)
    const { directory } = first.materialize(snapshot.id, lookup)
    const at = (file: string): string => path.join(directory, file)
    const before = contentsOf(directory)
    change(at)
    const next = new SnapshotCache(first.directory)
    assert.equal(next.find(snapshot.id, lookup), undefined)
    // Code is the same file as its object, which is then damaged, too.
    fill(next, snapshot)
    assert.equal(next.materialize(snapshot.id, lookup).directory, directory)
    assert.deepEqual(contentsOf(directory), before)
    assert.deepEqual(readdirSync(path.join(first.directory, 'tmp')), [])
  })
}

/** Contents of files and targets of links, by path. */
function contentsOf(directory: string): Record<string, string> {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort()
  const found: Record<string, string> = {}
  for (const name of names) {
    const file = path.join(directory, name)
    const stat = lstatSync(file)
    found[name] = stat.isSymbolicLink() ? readlinkSync(file) : stat.isFile() ? readFileSync(file, 'utf8') : ''
  }
  return found
}

test('what a directory holds decides where its seal does not: it is used as it is after a copy of the cache', t => {
  const { project, snapshot, cache, runtime } = setUp(t)
  const lookup = { directories: [project.root], runtime }
  cache.materialize(snapshot.id, lookup)
  const copy = path.join(temporaryDirectory(t), 'copy')
  cpSync(cache.directory, copy, { recursive: true, verbatimSymlinks: true })
  rmSync(path.join(copy, 'seals'), { recursive: true })
  const { directory = '' } = new SnapshotCache(copy).find(snapshot.id, lookup) ?? {}
  const before = statSync(path.join(directory, 'main.js'), { bigint: true })
  assert.equal(new SnapshotCache(copy).find(snapshot.id, lookup)?.directory, directory)
  assert.deepEqual(statSync(path.join(directory, 'main.js'), { bigint: true }).ctimeNs, before.ctimeNs)
  assert.equal(readdirSync(path.join(copy, 'seals')).length, 1)
})

test('code is written once, however many snapshots hold it; anything else is every directory’s own', t => {
  const { project, snapshot, cache, runtime } = setUp(t)
  const lookup = { directories: [project.root], runtime }
  const first = cache.materialize(snapshot.id, lookup).directory
  project.write({ 'data.txt': 'new' })
  const edited = packMain(project)
  fill(cache, edited)
  const second = cache.materialize(edited.id, lookup).directory
  const numbers = (file: string): bigint[] =>
    [first, second].map(directory => statSync(path.join(directory, file), { bigint: true }).ino)
  const [code, sameCode] = numbers('main.js')
  assert.equal(code, sameCode)
  const [tool, otherTool] = numbers('tool')
  assert.notEqual(tool, otherTool)
  chmodSync(path.join(first, 'package.json'), 0o644)
  writeFileSync(path.join(first, 'package.json'), 'changed')
  assert.match(readFileSync(path.join(second, 'package.json'), 'utf8'), /"name": "p"/)
})

test('files of a snapshot cannot be written to; its owner can remove it like any directory', t => {
  const { project, snapshot, cache, runtime } = setUp(t)
  const { directory } = cache.materialize(snapshot.id, { directories: [project.root], runtime })
  const modeOf = (file: string): string => (statSync(path.join(directory, file)).mode & 0o777).toString(8)
  assert.deepEqual(['main.js', 'tool', '.'].map(modeOf), ['444', '555', '700'])
})
