/** What ships and what does not, and what the id of a snapshot depends on. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { emptyManifest, toPersistentId } from '../../../src/cloudpickle/manifest.ts'
import { isModulePickleError, type ErrorCode } from '../../../src/errors.ts'
import { Pickler } from '../../../src/pickle/index.ts'
import { byContent } from '../../../src/snapshot/materialize/installed-here.ts'
import { decodeTree } from '../../../src/snapshot/objects/tree.ts'
import type { Snapshot } from '../../../src/snapshot/objects/snapshot.ts'
import { WorkingDirectory, type PackedSnapshot } from '../../../src/snapshot/pack/working-directory.ts'
import {
  cacheWith,
  makeProject,
  temporaryDirectory,
  type Contents,
  type TemporaryProject,
} from './temporary-project.ts'

function pack(project: TemporaryProject, ...modules: string[]): PackedSnapshot {
  return new WorkingDirectory().pack(project.root, modules.map(project.file))
}

/** Paths of all files and links of a snapshot. */
function pathsOf(snapshot: Snapshot, tree = snapshot.id, prefix = ''): string[] {
  return decodeTree(snapshot.objects.get(tree)?.read() ?? Buffer.of(1)).flatMap(({ mode, name, id }) =>
    mode === '40000' ? pathsOf(snapshot, id, `${prefix}${name}/`) : [prefix + name],
  )
}

function textOf(snapshot: Snapshot, file: string): string {
  let id = snapshot.id
  for (const segment of file.split('/')) {
    const content = snapshot.objects.get(id)?.read()
    assert.ok(content, `${segment} of ${file}`)
    id = decodeTree(content).find(({ name }) => name === segment)?.id ?? assert.fail(`${file} is not in the snapshot`)
  }
  return Buffer.from(snapshot.objects.get(id)?.read() ?? assert.fail()).toString()
}

function throwsCode(run: () => unknown, code: ErrorCode, ...mentions: RegExp[]): void {
  assert.throws(run, error => {
    assert.ok(isModulePickleError(error, code), String(error))
    for (const mention of mentions) assert.match(error.message, mention)
    return true
  })
}

/** The messages of the warnings that this package gives meanwhile, with their codes. */
async function warningsOf(run: () => void): Promise<string[]> {
  const given: string[] = []
  const note = (warning: Error & { code?: string }): void => void given.push(`${warning.code} ${warning.message}`)
  process.on('warning', note)
  run()
  await new Promise(setImmediate)
  process.off('warning', note)
  return given
}

class WithManifest extends Pickler {
  protected override preamble(): unknown {
    return toPersistentId({ ...emptyManifest, modules: ['node:fs'] })
  }
}

const simple: Record<string, Contents> = {
  'package.json': { name: 'simple', type: 'module' },
  'main.js': "import './lib/a.js'\nexport const main = 1\n",
  'lib/a.js': 'export const a = 1\n',
  'lib/unused.js': 'export const unused = 1\n',
  'data/rows.csv': '1,2\n',
  'bin/run': '#!/bin/sh\n',
}

test('a reached package ships whole, data files included', t => {
  const paths = pathsOf(pack(makeProject(t, simple), 'main.js'))
  assert.deepEqual(paths.sort(), [...Object.keys(simple), '.modulepickle.json'].sort())
})

test('the id is what git write-tree gives for the materialized directory', t => {
  const project = makeProject(t, { ...simple, 'typed.ts': 'export const typed: number = 1\n', link: { link: 'data' } })
  const snapshot = pack(project, 'main.js')
  const empty = temporaryDirectory(t)
  const { directory } = cacheWith(t, snapshot).materialize(snapshot.id, { directories: [], runtime: empty })
  const copy = path.join(empty, 'copy')
  cpSync(directory, copy, { recursive: true, verbatimSymlinks: true })
  rmSync(path.join(copy, 'node_modules'), { recursive: true })
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: copy, encoding: 'utf8' }).trim()
  git('init', '--quiet', '--object-format=sha256')
  writeFileSync(path.join(copy, '.git/info/attributes'), '* -text -filter -ident -working-tree-encoding\n')
  git('add', '--all', '--force')
  assert.equal(git('write-tree'), snapshot.id)
})

test('the id does not depend on time, directory, process or the order of modules', t => {
  const project = makeProject(t, simple)
  const { id } = pack(project, 'main.js', 'lib/unused.js')
  utimesSync(project.file('main.js'), 1, 1)
  assert.equal(pack(project, 'lib/unused.js', 'main.js').id, id)
  const moved = makeProject(t, simple)
  assert.equal(pack(moved, 'main.js', 'lib/unused.js').id, id)
})

test('packing again without a change gives the same object, and with one only what changed', async t => {
  const project = makeProject(t, simple)
  const working = new WorkingDirectory()
  const packNow = (): PackedSnapshot => working.pack(project.root, [project.file('main.js')])
  const before = packNow()
  assert.equal(packNow(), before)
  await new Promise(resolve => setTimeout(resolve, 100))
  assert.equal(packNow(), before)
  assert.equal(packNow(), before)
  project.write({ 'lib/unused.js': 'export const unused = 2\n' })
  const after = packNow()
  assert.notEqual(after.id, before.id)
  const fresh = [...after.objects.keys()].filter(id => !before.objects.has(id))
  assert.equal(fresh.length, 3, 'the file, its directory, the root')
})

test('every edit is noticed, however fast it follows and whatever its size', t => {
  const project = makeProject(t, simple)
  const working = new WorkingDirectory()
  const ids = new Set<string>()
  for (let edit = 0; edit < 100; edit++) {
    project.write({ 'lib/a.js': `export const a = ${100 + edit}\n` })
    ids.add(working.pack(project.root, [project.file('main.js')]).id)
  }
  assert.equal(ids.size, 100)
})

test('new, deleted and newly ignored files are noticed', async t => {
  const project = makeProject(t, simple)
  const working = new WorkingDirectory()
  const paths = async (): Promise<string[]> => {
    await new Promise(resolve => setTimeout(resolve, 60))
    return pathsOf(working.pack(project.root, [project.file('main.js')]))
  }
  await paths()
  await paths()
  project.write({ 'data/new.csv': '' })
  assert.ok((await paths()).includes('data/new.csv'))
  project.remove('data/rows.csv')
  assert.ok(!(await paths()).includes('data/rows.csv'))
  project.write({ 'data/.gitignore': '*.csv\n' })
  assert.ok(!(await paths()).includes('data/new.csv'))
})

test('a snapshot keeps what it held although the file has changed since', t => {
  const project = makeProject(t, simple)
  const working = new WorkingDirectory()
  const before = working.pack(project.root, [project.file('main.js')])
  project.write({ 'data/rows.csv': 'new\n' })
  working.pack(project.root, [project.file('main.js')])
  assert.equal(textOf(before, 'data/rows.csv'), '1,2\n')
})

const ignoring: Record<string, Contents> = {
  ...simple,
  '.gitignore': '*.log\n/out/\ngenerated\n!keep.log\n',
  'a.log': '',
  'keep.log': '',
  'out/x.js': '',
  'lib/out/y.js': '',
  'lib/.gitignore': 'private.*\n!a.log\n',
  'lib/private.js': '',
  'lib/a.log': '',
  'node_modules/dep/index.js': '',
  '.git/HEAD': 'ref: refs/heads/main\n',
}

test('nested .gitignore files, .git and node_modules are respected', t => {
  const paths = pathsOf(pack(makeProject(t, ignoring), 'main.js'))
  for (const kept of ['keep.log', 'lib/a.log', 'lib/out/y.js']) assert.ok(paths.includes(kept), kept)
  const isLeftOut = (file: string): boolean =>
    ['a.log', 'out/x.js', 'lib/private.js'].includes(file) || /node_modules|\.git\//.test(file)
  assert.deepEqual(paths.filter(isLeftOut), [])
})

test('the .gitignore of the repository around the project counts', t => {
  const project = makeProject(t, { ...simple, '../.gitignore': '*.csv\n', '../.git/HEAD': '' })
  assert.ok(!pathsOf(pack(project, 'main.js')).includes('data/rows.csv'))
})

test('but not one that ignores the project as a whole: that is no part of the repository', t => {
  for (const rule of ['project', '/project/', '*']) {
    const project = makeProject(t, { ...simple, '../.gitignore': `${rule}\n*.csv\n`, '../.git/HEAD': '' })
    assert.ok(pathsOf(pack(project, 'main.js')).includes('data/rows.csv'), rule)
  }
})

test('the rules alone decide, not what git tracks: the same files are the same snapshot without a repository', t => {
  const project = makeProject(t, { ...simple, '.gitignore': '*.csv\n', 'forced.csv': 'tracked, by git add -f' })
  const without = pack(project, 'main.js')
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: project.root, encoding: 'utf8' })
  git('init', '--quiet')
  git('add', '--force', 'forced.csv')
  assert.equal(git('check-ignore', '--no-index', 'forced.csv'), 'forced.csv\n')
  assert.equal(pack(project, 'main.js').id, without.id)
  assert.ok(!pathsOf(without).includes('forced.csv'))
  project.write({ 'package.json': JSON.stringify({ type: 'module', modulepickle: { include: ['forced.csv'] } }) })
  assert.ok(pathsOf(pack(project, 'main.js')).includes('forced.csv'))
})

test('what code reaches ships although it is ignored', t => {
  const project = makeProject(t, {
    ...ignoring,
    'main.js': "import './generated/client.js'\nexport const url = new URL('./out/data.bin', import.meta.url)\n",
    'generated/client.js': "export { y } from './deep/y.js'\n",
    'generated/deep/y.js': 'export const y = 1\n',
    'generated/unrelated.js': '',
    'out/data.bin': '\0',
  })
  const paths = pathsOf(pack(project, 'main.js'))
  for (const reached of ['generated/client.js', 'generated/deep/y.js', 'out/data.bin'])
    assert.ok(paths.includes(reached), reached)
  assert.ok(!paths.includes('generated/unrelated.js'))
})

test('what a reached package.json names ships although it is ignored', t => {
  const project = makeProject(t, {
    ...simple,
    'package.json': {
      type: 'module',
      main: 'build/main.js',
      exports: { '.': './build/main.js', './parts/*': './parts/*.js' },
      files: ['assets', '*.md'],
    },
    '.gitignore': 'build\nparts\nassets\nREADME.md\n',
    'build/main.js': "import './chunk.js'",
    'build/chunk.js': '',
    'build/stale.js': '',
    'parts/a.js': '',
    'parts/a.txt': '',
    'assets/deep/logo.svg': '',
    'README.md': '',
  })
  const paths = pathsOf(pack(project, 'main.js'))
  for (const named of ['build/main.js', 'build/chunk.js', 'parts/a.js', 'assets/deep/logo.svg'])
    assert.ok(paths.includes(named), named)
  for (const other of ['build/stale.js', 'parts/a.txt', 'README.md']) assert.ok(!paths.includes(other), other)
})

test('pickles of functions that lie in the project do not ship, unless they are included; other pickles do', t => {
  const project = makeProject(t, {
    'package.json': { type: 'module', modulepickle: { include: ['kept.pkl'] } },
    'main.js': '',
    'data.pkl': 'no pickle of functions',
    'kept.pkl': '',
    'made.pkl': '',
    'out/made.pickle': '',
  })
  const bytes = new WithManifest().dump('x'.repeat(100))
  for (const name of ['kept.pkl', 'made.pkl', 'out/made.pickle']) writeFileSync(project.file(name), bytes)
  const directory = new WorkingDirectory()
  const shipped = (): string[] =>
    pathsOf(directory.pack(project.root, [project.file('main.js')])).filter(name => /\.(pkl|pickle)$/.test(name))
  assert.deepEqual(shipped(), ['data.pkl', 'kept.pkl'])
  project.write({ 'made.pkl': 'a model', 'data.pkl': 'another model' })
  assert.deepEqual(shipped(), ['data.pkl', 'kept.pkl', 'made.pkl'])
  writeFileSync(project.file('data.pkl'), bytes)
  assert.deepEqual(shipped(), ['kept.pkl', 'made.pkl'])
})

test('package.json excludes and includes files by modulepickle.exclude and .include', t => {
  const project = makeProject(t, {
    ...ignoring,
    'package.json': { type: 'module', modulepickle: { exclude: ['data/', 'lib/unused.js'], include: ['a.log'] } },
  })
  const paths = pathsOf(pack(project, 'main.js'))
  assert.ok(paths.includes('a.log'))
  assert.deepEqual(
    paths.filter(file => file.startsWith('data/') || file === 'lib/unused.js'),
    [],
  )
})

const secrets = [
  '.env',
  '.env.local',
  'keys/server.pem',
  'keys/server.KEY',
  'id_rsa',
  '.npmrc',
  '.netrc',
  '.aws/credentials',
]

test('secrets never ship, their templates do', t => {
  const files = Object.fromEntries(secrets.map(file => [file, 'secret']))
  const project = makeProject(t, {
    ...simple,
    ...files,
    '.env.example': '',
    'package.json': { type: 'module', files: ['keys'] },
  })
  const paths = pathsOf(pack(project, 'main.js'))
  assert.deepEqual(
    paths.filter(file => secrets.includes(file)),
    [],
  )
  assert.ok(paths.includes('.env.example'))
})

test('code that reaches a secret is refused', t => {
  for (const main of [
    "new URL('./keys/server.pem', import.meta.url)",
    "import './.env.js'",
    "await import('./.env.js')",
  ]) {
    const project = makeProject(t, { ...simple, 'main.js': main, '.env.js': '', 'keys/server.pem': '' })
    throwsCode(() => pack(project, 'main.js'), 'ERR_SECRET_REACHED', /server\.pem|\.env\.js/)
  }
})

test('the size limit holds at the byte and names the largest files', t => {
  const project = makeProject(t, {
    'package.json': '{}',
    'main.js': '',
    small: 'x'.repeat(100),
    large: 'x'.repeat(898),
  })
  const packWith = (limitBytes: number): unknown =>
    new WorkingDirectory({ limitBytes }).pack(project.root, [project.file('main.js')])
  packWith(1000)
  throwsCode(
    () => packWith(999),
    'ERR_SNAPSHOT_TOO_LARGE',
    /1000 bytes, over the limit of 999 bytes/,
    /898 bytes {2}large\n/,
  )
})

const workspace: Record<string, Contents> = {
  'package.json': { name: 'root', private: true, workspaces: ['packages/*', '!packages/excluded'] },
  'packages/a/package.json': { name: '@w/a', type: 'module' },
  'packages/a/src/index.js': "import '@w/b'\nimport('optional').catch(() => {})\nexport const a = 1",
  'packages/a/notes.txt': '',
  'packages/b/package.json': { name: '@w/b', exports: './dist/index.js' },
  'packages/b/.gitignore': 'dist',
  'packages/b/dist/index.js': "exports.b = require('./part.js')",
  'packages/b/dist/part.js': 'module.exports = 1',
  'packages/b/src/index.js': '',
  'packages/c/package.json': { name: '@w/c' },
  'packages/c/index.js': '',
  'root-file.js': '',
  'node_modules/@w/a': { link: '../../packages/a' },
  'node_modules/@w/b': { link: '../../packages/b' },
  'node_modules/@w/c': { link: '../../packages/c' },
}

test('workspace packages ship when reached, with a git-ignored dist, their links and the root package.json', t => {
  const paths = pathsOf(pack(makeProject(t, workspace), 'packages/a/src/index.js'))
  assert.deepEqual(paths.sort(), [
    '.modulepickle.json',
    'node_modules/@w/b',
    'package.json',
    ...['notes.txt', 'package.json', 'src/index.js'].map(file => `packages/a/${file}`),
    ...['.gitignore', 'dist/index.js', 'dist/part.js', 'package.json', 'src/index.js'].map(
      file => `packages/b/${file}`,
    ),
  ])
})

test('a link of a workspace package points to it from where it stands', t => {
  const snapshot = pack(
    makeProject(t, {
      ...workspace,
      'node_modules/@w/b': '',
      'packages/a/node_modules/@w/b': { link: '../../../b' },
    }),
    'packages/a/src/index.js',
  )
  assert.equal(textOf(snapshot, 'packages/a/node_modules/@w/b'), '../../../b')
})

test('a project is found by every form of workspaces, else by the nearest package.json', t => {
  const working = new WorkingDirectory()
  const rootOf = (files: Record<string, Contents>, file: string): string | undefined => {
    const project = makeProject(t, files)
    const found = working.locate(project.file(file))
    return found && `${path.relative(project.root, found.root)}:${found.path}`
  }
  const member = {
    'packages/a/package.json': { name: 'a' },
    'packages/a/x.js': '',
    'other/package.json': '{}',
    'other/x.js': '',
  }
  const forms: Record<string, Contents>[] = [
    { 'package.json': { workspaces: ['packages/*'] } },
    { 'package.json': { workspaces: { packages: ['./packages/**/'] } } },
    {
      'package.json': '{}',
      'pnpm-workspace.yaml': 'packages:\n  # ours\n  - \'packages/*\' # all\n  - "!x"\ncatalog:\n  - other\n',
    },
    { 'package.json': '{}', 'pnpm-workspace.yaml': 'catalog: {}\npackages: ["{apps,packages}/*"]\n' },
  ]
  for (const form of forms) {
    assert.equal(rootOf({ ...form, ...member }, 'packages/a/x.js'), ':packages/a/x.js', JSON.stringify(form))
    assert.equal(rootOf({ ...form, ...member }, 'other/x.js'), 'other:x.js', JSON.stringify(form))
  }
  assert.equal(rootOf({ 'package.json': '{}', ...member }, 'packages/a/x.js'), 'packages/a:x.js')
  assert.equal(
    rootOf(
      { 'package.json': '{}', 'node_modules/d/x.js': '', 'node_modules/d/package.json': '{}' },
      'node_modules/d/x.js',
    ),
    undefined,
  )
})

test('/proj is no parent of /proj2', t => {
  const project = makeProject(t, { ...simple, '../project2/package.json': '{}', '../project2/x.js': '' })
  assert.equal(new WorkingDirectory().locate(project.file('../project2/x.js'))?.path, 'x.js')
  throwsCode(() => pack(project, '../project2/x.js'), 'ERR_MODULE_OUTSIDE_ROOT', /project2/)
})

test('imports that lead nowhere: local ones are errors with their place, others are not needed', t => {
  const missing = makeProject(t, { ...simple, 'lib/a.js': "\nimport './nope.js'\n" })
  throwsCode(() => pack(missing, 'main.js'), 'ERR_MODULE_NOT_FOUND', /lib\/a\.js:2 imports "\.\/nope\.js"/)
  const outside = makeProject(t, { ...simple, 'lib/a.js': "import '../../outside.js'", '../outside.js': '' })
  throwsCode(() => pack(outside, 'main.js'), 'ERR_MODULE_OUTSIDE_ROOT', /lib\/a\.js:1/, /outside\.js/)
  const optional = makeProject(t, {
    'package.json': '{}',
    'main.js': "try { require('nope') } catch {}\ntry { require('./nope') } catch {}\nimport('nope').catch(() => {})",
  })
  assert.deepEqual(pack(optional, 'main.js').packages, [])
})

test('a package that a module imports and that is not there is told with its place and a way out', t => {
  const missing = makeProject(t, { ...simple, 'lib/a.js': "\nimport 'left-padd'\n" })
  throwsCode(
    () => pack(missing, 'main.js'),
    'ERR_MODULE_NOT_FOUND',
    /lib\/a\.js:2 .*"left-padd".*npm install left-padd$/,
  )
  const entries = makeProject(t, { ...simple, 'lib/a.js': "import '#nope'\n" })
  throwsCode(() => pack(entries, 'main.js'), 'ERR_MODULE_NOT_FOUND', /"#nope".*`imports` of package\.json/)
  const alias = makeProject(t, {
    ...simple,
    'tsconfig.json': { compilerOptions: { paths: { '@lib/*': ['./lib/*'] } } },
    'typed.ts': "import '@lib/aa'\n",
  })
  throwsCode(() => pack(alias, 'typed.ts'), 'ERR_MODULE_NOT_FOUND', /typed\.ts imports "@lib\/aa".*"@lib\/\*".*no file/)
  const installed = makeProject(t, {
    ...simple,
    'lib/a.js': "import 'dep/nope'\n",
    'node_modules/dep/package.json': { name: 'dep', version: '1.0.0', exports: { '.': './index.js' } },
    'node_modules/dep/index.js': '',
  })
  throwsCode(() => pack(installed, 'main.js'), 'ERR_MODULE_NOT_FOUND', /lib\/a\.js:1.*node_modules\/dep has no file/)
})

test('a workspace package that is not built is told by its directory', t => {
  const project = makeProject(t, {
    'package.json': { workspaces: ['packages/*'], type: 'module' },
    'packages/c/package.json': { name: 'c', main: 'dist/index.js' },
    'node_modules/c': { link: '../packages/c' },
    'main.js': "import 'c'\n",
  })
  throwsCode(() => pack(project, 'main.js'), 'ERR_MODULE_NOT_FOUND', /main\.js:1 imports "c".*Build packages\/c/)
})

test('packages that code may do without are not missed: in modules that it imports when it runs, and by other schemes', t => {
  const project = makeProject(t, {
    ...simple,
    'main.js':
      "import './lib/a.js'\nimport 'data:text/javascript,0'\nexport const load = () => import('./optional.js')\n",
    'optional.js': "import 'left-padd'\n",
  })
  assert.ok(pathsOf(pack(project, 'main.js')).includes('optional.js'))
  project.write({ 'optional.js': "import './nope.js'\n" })
  throwsCode(() => pack(project, 'main.js'), 'ERR_MODULE_NOT_FOUND', /optional\.js:1 imports "\.\/nope\.js"/)
})

test('files that nothing reaches may be broken', t => {
  const project = makeProject(t, {
    ...simple,
    'lib/broken.ts': 'const = ;',
    'lib/broken.js': 'const = ;',
    'lib/lost.js': "import './nope.js'",
  })
  project.remove('lib/broken.js')
  const paths = pathsOf(pack(project, 'main.js'))
  assert.ok(paths.includes('.modulepickle/src/lib/broken.ts'))
  assert.ok(!paths.includes('lib/broken.js'))
  project.write({ 'main.js': "import './lib/broken.ts'" })
  throwsCode(() => pack(project, 'main.js'), 'ERR_MODULE_UNREADABLE', /lib\/broken\.ts/)
})

test('links inside the project ship as links, those that lead out are left out with a warning', async t => {
  const inside = makeProject(t, { ...simple, 'lib/data': { link: '../data' }, dangling: { link: './nowhere/../gone' } })
  const snapshot = pack(inside, 'main.js')
  assert.equal(textOf(snapshot, 'lib/data'), '../data')
  assert.equal(textOf(snapshot, 'dangling'), 'gone')
  const outside = { 'lib/absolute': '/etc/hosts', 'lib/out': '../../outside', 'lib/above': '../..' }
  for (const [place, link] of Object.entries(outside)) {
    const project = makeProject(t, { ...simple, [place]: { link }, '../outside': '' })
    let paths: string[] = []
    const [warning = ''] = await warningsOf(() => void (paths = pathsOf(pack(project, 'main.js'))))
    assert.deepEqual(paths, pathsOf(pack(makeProject(t, simple), 'main.js')))
    assert.match(warning, /^WARN_PATH_LEFT_OUT .*outside the project/s)
    assert.ok(warning.includes(project.file(place)), warning)
  }
})

test('names that not every system can hold are left out with one warning where no code reaches them, else refused by their path', async t => {
  const odd = {
    'log/10:30.log': '',
    'log/aux': '',
    'log/tab\t': '',
    'log/README': '',
    'log/readme': '',
    'Data/more.csv': '',
  }
  const project = makeProject(t, { ...simple, ...odd })
  let snapshot = pack(makeProject(t, simple), 'main.js')
  const [warning = '', ...others] = await warningsOf(() => void (snapshot = pack(project, 'main.js')))
  assert.deepEqual(others, [])
  const ships = [...pathsOf(pack(makeProject(t, simple), 'main.js')), 'log/README', 'Data/more.csv']
  assert.deepEqual(pathsOf(snapshot).sort(), ships.filter(file => file !== 'data/rows.csv').sort())
  for (const file of ['log/10:30.log', 'log/aux', 'log/readme', 'data/rows.csv'])
    assert.ok(warning.includes(project.file(file)), file)
  const named = snapshot.contents().leftOut.map(({ path: place }) => place)
  assert.deepEqual(named, ['data/rows.csv', 'log/10:30.log', 'log/aux', 'log/readme', 'log/tab\t'])
  assert.deepEqual(await warningsOf(() => void pack(project, 'main.js')), [])
  const reached = makeProject(t, { ...simple, 'lib/a.js': "import './aux.js'\n", 'lib/aux.js': '' })
  throwsCode(() => pack(reached, 'main.js'), 'ERR_SNAPSHOT_PATH', /"aux\.js" in lib /)
  const alike = makeProject(t, {
    ...simple,
    'lib/a.js': "import './b.js'\nimport './B.js'\n",
    'lib/b.js': '',
    'lib/B.js': '',
  })
  throwsCode(() => pack(alike, 'main.js'), 'ERR_SNAPSHOT_PATH', / in lib .*"B\.js" and "b\.js"/)
})

test('slips in what package.json says of snapshots are refused', t => {
  const slips = { exlcude: ['data'], exclude: 'data', include: [1] }
  for (const [name, value] of Object.entries(slips)) {
    const project = makeProject(t, { ...simple, 'package.json': { type: 'module', modulepickle: { [name]: value } } })
    throwsCode(() => pack(project, 'main.js'), 'ERR_MODULE_UNREADABLE', /package\.json/, new RegExp(name))
  }
})

test('a built file beside its source is refused, naming both', t => {
  const project = makeProject(t, { ...simple, 'lib/b.ts': '', 'lib/b.js': '' })
  throwsCode(() => pack(project, 'main.js'), 'ERR_SNAPSHOT_PATH', /lib\/b\.js and lib\/b\.ts/)
})

test('a built file beside its source does not ship when it is ignored', t => {
  const project = makeProject(t, {
    'package.json': { type: 'module', main: './b.js' },
    '.gitignore': '*.js',
    'b.ts': 'export const b: string = "source"',
    'b.js': 'export const b = "stale"',
    'main.ts': "export * from './b.ts'",
  })
  assert.match(textOf(pack(project, 'main.ts'), 'b.js'), /"source"/)
})

test('needed packages are listed by name and version, with a link where the sender has each', t => {
  const project = makeProject(t, {
    ...workspace,
    'packages/a/src/index.js':
      "import 'dep'\nimport 'dep/sub'\nimport '@w/b'\nimport 'alias'\nimport 'node:fs'\nimport 'modulepickle'",
    'packages/b/dist/part.js': "module.exports = require('dep')",
    'node_modules/dep/package.json': { name: 'dep', version: '2.0.0' },
    'node_modules/dep/index.js': '',
    'node_modules/dep/sub.js': '',
    'node_modules/alias/package.json': { name: 'real', version: '1.0.0' },
    'node_modules/alias/index.js': '',
    'node_modules/modulepickle/package.json': { name: 'modulepickle', version: '0.0.0' },
    'node_modules/modulepickle/index.js': '',
    'packages/b/node_modules/dep/package.json': { name: 'dep', version: '1.0.0' },
    'packages/b/node_modules/dep/index.js': '',
  })
  project.write({ 'packages/c/index.js': '' })
  const snapshot = pack(project, 'packages/a/src/index.js')
  assert.deepEqual(snapshot.packages, [
    { name: 'dep', version: '1.0.0' },
    { name: 'dep', version: '2.0.0' },
    { name: 'real', version: '1.0.0' },
  ])
  assert.equal(snapshot.packageDirectories.get('dep@1.0.0'), project.file('packages/b/node_modules/dep'))
  const { links } = JSON.parse(textOf(snapshot, '.modulepickle.json')) as { links: unknown }
  assert.deepEqual(links, {
    'node_modules/alias': 'real@1.0.0',
    'node_modules/dep': 'dep@2.0.0',
    'packages/b/node_modules/dep': 'dep@1.0.0',
  })
})

test('what createRequire makes is read as require', t => {
  const dep = (name: string): Record<string, Contents> => ({
    [`node_modules/${name}/package.json`]: { name, version: '1.0.0' },
    [`node_modules/${name}/index.js`]: '',
  })
  const project = makeProject(t, {
    ...simple,
    'main.js': `
import module, { createRequire } from 'node:module'
const load = createRequire(import.meta.url)
export const all = () => [load('one'), createRequire(import.meta.url)('two'), load.resolve('three'), other('four')]
const other = module.createRequire(import.meta.url)`,
    ...dep('one'),
    ...dep('two'),
    ...dep('three'),
    ...dep('four'),
  })
  const names = pack(project, 'main.js').packages.map(({ name }) => name)
  assert.deepEqual(names, ['four', 'one', 'three', 'two'])
})

test('files that a computed import can name bring what they need; others of the package do not', t => {
  const project = makeProject(t, {
    ...simple,
    'main.js': "export const load = name => import('./plugins/' + name + '.js')",
    'plugins/one.js': "import 'dep'",
    'plugins/one.test.js': "import 'test-runner'",
    'lib/unused.js': "import 'test-runner'",
    'node_modules/dep/package.json': { name: 'dep', version: '1.0.0', main: 'i.js' },
    'node_modules/dep/i.js': '',
    'node_modules/test-runner/package.json': { name: 'test-runner', version: '1.0.0', main: 'i.js' },
    'node_modules/test-runner/i.js': '',
  })
  assert.deepEqual(pack(project, 'main.js').packages, [{ name: 'dep', version: '1.0.0' }])
})

test('a computed import that may name any package brings what is declared, where that is only linked', t => {
  const project = makeProject(t, {
    'package.json': { dependencies: { dep: '1', absent: '1' }, peerDependencies: { '@s/peer': '1' } },
    'lib/package.json': { type: 'module' },
    'lib/main.js': 'export const load = name => import(name)',
    'lib/path.js': 'export const load = name => import(`node:${name}`)',
    ...Object.fromEntries(
      ['dep', '@s/peer', 'other'].map(name => [`node_modules/${name}/package.json`, { name, version: '1.0.0' }]),
    ),
  })
  const namesOf = (file: string, naming?: typeof byContent): string[] =>
    new WorkingDirectory().pack(project.root, [project.file(file)], [], naming).packages.map(({ name }) => name)
  assert.deepEqual(namesOf('lib/main.js').sort(), ['@s/peer', 'dep'])
  assert.deepEqual(namesOf('lib/main.js', byContent), [])
  assert.deepEqual(namesOf('lib/path.js'), [])
})

test('an installed file is known by package, version and path inside; a local one is not installed', t => {
  const project = makeProject(t, {
    ...simple,
    'node_modules/dep/package.json': { name: 'dep', version: '1.2.3' },
    'node_modules/dep/esm/package.json': { type: 'module' },
    'node_modules/dep/esm/index.js': '',
  })
  const working = new WorkingDirectory()
  assert.deepEqual(working.installed(project.file('node_modules/dep/esm/index.js')), {
    name: 'dep',
    version: '1.2.3',
    file: 'esm/index.js',
    directory: project.file('node_modules/dep'),
  })
  assert.equal(working.installed(project.file('main.js')), undefined)
})

test('files that come and go while packing do no harm', async t => {
  const project = makeProject(t, simple)
  const working = new WorkingDirectory()
  const churn = `
const { writeFileSync, rmSync } = require('node:fs')
for (let i = 0; ; i++) { writeFileSync('data/' + i % 50 + '.tmp', ''); rmSync('data/' + i % 50 + '.tmp') }`
  const child = spawn(process.execPath, ['--eval', churn], { cwd: project.root, stdio: 'ignore' })
  try {
    const until = Date.now() + 1000
    while (Date.now() < until) {
      assert.ok(pathsOf(working.pack(project.root, [project.file('main.js')])).includes('data/rows.csv'))
      await new Promise(resolve => setImmediate(resolve))
    }
    assert.equal(child.exitCode, null)
  } finally {
    // Gone before the directory is removed, or it would write into it meanwhile.
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
})

test('a package linked from outside the project counts as installed', t => {
  const project = makeProject(t, {
    ...simple,
    'main.js': "import 'linked'",
    '../linked/package.json': { name: 'linked', version: '3.0.0', main: 'lib/index.js' },
    '../linked/lib/index.js': '',
    'node_modules/linked': { link: '../../linked' },
  })
  assert.deepEqual(pack(project, 'main.js').packages, [{ name: 'linked', version: '3.0.0' }])
  const library = project.file('../linked/lib/index.js')
  const answers = (cwd: string): unknown =>
    JSON.parse(
      execFileSync(process.execPath, ['--input-type=module', '--eval', askFromThere, library], {
        cwd,
        encoding: 'utf8',
      }),
    )
  assert.deepEqual(answers(project.root), ['3.0.0', null])
  assert.deepEqual(answers(project.file('../linked')), [null, 'lib/index.js'])
})

const askFromThere = `
import { WorkingDirectory } from '${new URL('../../../src/snapshot/pack/working-directory.ts', import.meta.url).href}'
const working = new WorkingDirectory()
const file = process.argv[1]
console.log(JSON.stringify([working.installed(file)?.version ?? null, working.locate(file)?.path ?? null]))`

test('paths, sources and bindings of packed modules can be asked for', (t: TestContext) => {
  const project = makeProject(t, {
    ...simple,
    'main.ts':
      "export { a as b } from './lib/a.js'\nlet hidden: number = 1\nexport default function () { return hidden }\nimport * as lib from './lib/a.js'\nlib",
    'star.js': "export * from './lib/a.js'",
  })
  project.remove('main.js')
  const snapshot = pack(project, 'main.ts', 'star.js')
  assert.equal(snapshot.pathOf(project.file('main.ts')), 'main.js')
  assert.equal(snapshot.sourceOf('main.js'), project.file('main.ts'))
  assert.equal(snapshot.sourceOf('.modulepickle/src/main.ts'), project.file('main.ts'))
  assert.equal(snapshot.sourceOf('nope.js'), undefined)
  const has = (name: string, file = 'main.js'): boolean => snapshot.hasBinding(file, name)
  assert.deepEqual(
    ['b', 'default', '#hidden'].map(name => has(name)),
    [true, true, true],
  )
  assert.deepEqual(
    ['a', 'hidden', '#lib', '#nope'].map(name => has(name)),
    [false, false, false, false],
  )
  assert.equal(has('anything', 'star.js'), true)
  assert.equal(has('anything', 'gone.js'), false)
})
