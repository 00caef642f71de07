/**
 * Installed packages on the other end: taken along into a process that has nothing, or found there by their content. Each program
 * pickles its `main`, in a project that is gone when a fresh process loads and calls it.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { listCache } from '../../src/snapshot/materialize/collect.ts'
import {
  library,
  packageAt,
  pickleIn,
  receiver,
  runThere,
  says,
  sender,
  type Files,
  type Outcome,
} from '../support/packages.ts'
import { nodeOfMajor, Project, runNode } from '../support/project.ts'
import { temporaryDirectory } from '../unit/snapshot/temporary-project.ts'

async function roundTrip(t: TestContext, files: Files): Promise<unknown> {
  const project = sender(t, files)
  const pickle = await pickleIn(t, project, 'include')
  rmSync(project.directory, { recursive: true })
  const { value, message } = await runThere(t, pickle)
  assert.equal(message, undefined)
  return value
}

test('a process with nothing installed runs a function that uses zod, exactly as it is installed here', async t => {
  const project = sender(t, {
    'main.js':
      "import { z } from 'zod'\nexport const main = () => z.object({ n: z.number() }).safeParse({ n: 'x' }).error.issues[0].code",
  })
  project.install('zod')
  const pickle = await pickleIn(t, project, 'include')
  rmSync(project.directory, { recursive: true })
  const cache = path.join(temporaryDirectory(t), 'cache')
  assert.deepEqual(await runThere(t, pickle, { cache }), { value: 'invalid_type' })
  const written = readdirSync(path.join(cache, 'snapshots')).length
  assert.deepEqual(await runThere(t, pickle, { cache }), { value: 'invalid_type' })
  assert.equal(readdirSync(path.join(cache, 'snapshots')).length, written, 'it is there once')
  const kept = listCache({ directory: cache }).snapshots.map(each => each.package)
  assert.deepEqual(
    kept.filter(label => !label?.startsWith('zod@')),
    [undefined],
    'one snapshot, and zod',
  )
  assert.ok(kept.length > 1)
})

test('nested versions, peers, aliases, scopes and cycles resolve as they do on the sender', async t => {
  const value = await roundTrip(t, {
    'main.js': `
import a from 'a'
import b from '@s/b'
import old from 'old-dep'
import ring from 'ring-a'
import plugin from 'plugin'
export const main = () => [a.says(), b.says(), old.says(), ring.says(), plugin.says()]`,
    ...packageAt('node_modules/a', 'a', '1.0.0', ['dep']),
    ...packageAt('node_modules/a/node_modules/dep', 'dep', '2.0.0'),
    ...packageAt('node_modules/@s/b', '@s/b', '1.0.0', ['dep', '@s/c']),
    ...packageAt('node_modules/@s/c', '@s/c', '1.0.0'),
    ...packageAt('node_modules/dep', 'dep', '1.0.0'),
    ...packageAt('node_modules/old-dep', 'dep', '0.5.0'),
    ...packageAt('node_modules/ring-a', 'ring-a', '1.0.0', ['ring-b']),
    ...packageAt('node_modules/ring-b', 'ring-b', '1.0.0', ['ring-a']),
    ...packageAt('node_modules/plugin', 'plugin', '1.0.0', ['dep']),
    'node_modules/plugin/package.json': JSON.stringify({
      name: 'plugin',
      version: '1.0.0',
      peerDependencies: { dep: '*', absent: '*' },
      peerDependenciesMeta: { absent: { optional: true } },
    }),
  })
  assert.deepEqual(value, [
    'a@1.0.0(dep@2.0.0)',
    '@s/b@1.0.0(dep@1.0.0)(@s/c@1.0.0)',
    'dep@0.5.0',
    'ring-a@1.0.0(ring-b@1.0.0(ring-a@1.0.0(…)))',
    'plugin@1.0.0(dep@1.0.0)',
  ])
})

test('the layout of pnpm, where packages are links, travels as that of npm, under the same keys', async t => {
  const store = 'node_modules/.pnpm'
  const npm = sender(t, {
    'main.js': says('a'),
    ...packageAt('node_modules/a', 'a', '1.0.0', ['dep']),
    ...packageAt('node_modules/dep', 'dep', '1.0.0'),
  })
  const pnpm = sender(t, {
    'main.js': says('a'),
    ...packageAt(`${store}/a@1.0.0/node_modules/a`, 'a', '1.0.0', ['dep']),
    ...packageAt(`${store}/dep@1.0.0/node_modules/dep`, 'dep', '1.0.0'),
  })
  pnpm.install('a', pnpm.path(`${store}/a@1.0.0/node_modules/a`))
  const beside = path.join(store, 'a@1.0.0/node_modules/dep')
  pnpm.install(path.relative('node_modules', beside), pnpm.path(`${store}/dep@1.0.0/node_modules/dep`))
  const [included, referring] = [await pickleIn(t, pnpm, 'include'), await pickleIn(t, npm, 'reference')]
  for (const project of [npm, pnpm]) rmSync(project.directory, { recursive: true })
  const cache = path.join(temporaryDirectory(t), 'cache')
  assert.equal((await runThere(t, referring, { cache })).code, 'ERR_PACKAGE_MISMATCH')
  assert.deepEqual(await runThere(t, included, { cache }), { value: 'a@1.0.0(dep@1.0.0)' })
  assert.deepEqual(
    await runThere(t, referring, { cache }),
    { value: 'a@1.0.0(dep@1.0.0)' },
    'what was sent once serves',
  )
})

test('dual packages, hidden package.json files, ES modules and imports inside functions', async t => {
  const value = await roundTrip(t, {
    'main.js': `
import { kind } from 'dual'
import { secret } from 'hidden/inner'
export const main = async () => [kind, (await import('later')).default, secret]`,
    'node_modules/dual/package.json': JSON.stringify({
      name: 'dual',
      version: '1.0.0',
      exports: { import: './esm/index.js', require: './index.cjs' },
    }),
    'node_modules/dual/index.cjs': "exports.kind = 'cjs'",
    'node_modules/dual/esm/package.json': '{ "type": "module" }',
    'node_modules/dual/esm/index.js': "export const kind = 'esm'",
    'node_modules/hidden/package.json': JSON.stringify({
      name: 'hidden',
      version: '1.0.0',
      type: 'module',
      exports: { './inner': './lib/inner.js' },
    }),
    'node_modules/hidden/lib/inner.js': "export const secret = 'inside'",
    'node_modules/later/package.json': '{ "name": "later", "version": "1.0.0", "main": "main" }',
    'node_modules/later/main.js': "module.exports = 'later, by require: ' + require('later/part')",
    'node_modules/later/part.js': "module.exports = 'part'",
  })
  assert.deepEqual(value, ['esm', 'later, by require: part', 'inside'])
})

test('a function of an installed package itself, without any local module', async t => {
  const project = sender(t, {
    'main.js': "export { default as main } from 'a/says.js'",
    ...packageAt('node_modules/a', 'a', '1.0.0', ['dep']),
    'node_modules/a/says.js': "module.exports = function main() { return require('./index.js').says() }",
    ...packageAt('node_modules/dep', 'dep', '1.0.0'),
  })
  const [included, referring] = [await pickleIn(t, project, 'include'), await pickleIn(t, project, 'reference')]
  assert.deepEqual(await runThere(t, referring, { cwd: project.directory }), { value: 'a@1.0.0(dep@1.0.0)' })
  rmSync(project.directory, { recursive: true })
  assert.deepEqual(await runThere(t, included), { value: 'a@1.0.0(dep@1.0.0)' })
})

test('a package that was patched on the sender is refused by reference, before anything runs, and right when it is taken along', async t => {
  const clean = {
    ...packageAt('node_modules/a', 'a', '1.0.0', ['dep']),
    ...packageAt('node_modules/dep', 'dep', '1.0.0'),
  }
  const project = sender(t, { 'main.js': says('a'), ...clean })
  const other = new Project(clean)
  t.after(() => other.remove())
  const before = await pickleIn(t, project, 'reference')
  assert.deepEqual(await runThere(t, before, { cwd: other.directory }), { value: 'a@1.0.0(dep@1.0.0)' })
  project.write({ 'node_modules/dep/index.js': "exports.says = () => 'patched'" })
  const { code, message = '' } = await runThere(t, await pickleIn(t, project, 'reference'), { cwd: other.directory })
  assert.equal(code, 'ERR_PACKAGE_MISMATCH')
  assert.match(message, /dep +1\.0\.0 +1\.0\.0, other files +.*node_modules\/dep/)
  const included = await pickleIn(t, project, 'include')
  assert.deepEqual(await runThere(t, included, { cwd: other.directory }), { value: 'a@1.0.0(patched)' })
})

test('what differs below a package is named: another version, a dependency that is missing, an instance too many', async t => {
  const project = sender(t, {
    'main.js': "import a from 'a'\nimport b from 'b'\nexport const main = () => a.says() + b.says()",
    ...packageAt('node_modules/a', 'a', '1.0.0', ['dep']),
    ...packageAt('node_modules/b', 'b', '1.0.0', ['dep']),
    ...packageAt('node_modules/dep', 'dep', '1.0.0'),
  })
  const pickle = await pickleIn(t, project, 'reference')
  const receive = async (files: Files): Promise<Outcome> => {
    const there = new Project(files)
    t.after(() => there.remove())
    return runThere(t, pickle, { cwd: there.directory })
  }
  const both = {
    ...packageAt('node_modules/a', 'a', '1.0.0', ['dep']),
    ...packageAt('node_modules/b', 'b', '1.0.0', ['dep']),
  }
  const dep = (directory: string, version: string): Files => packageAt(directory, 'dep', version)
  assert.match(
    (await receive({ ...both, ...dep('node_modules/dep', '1.0.1') })).message ?? '',
    /dep \(for a\) +1\.0\.0 +1\.0\.1/,
  )
  assert.match((await receive(both)).message ?? '', /dep \(for b\) +1\.0\.0 +none/)
  const twins = {
    ...both,
    ...dep('node_modules/a/node_modules/dep', '1.0.0'),
    ...dep('node_modules/b/node_modules/dep', '1.0.0'),
  }
  assert.match((await receive(twins)).message ?? '', /dep +one instance +several/)
  assert.deepEqual(await receive({ ...both, ...dep('node_modules/dep', '1.0.0') }), {
    value: 'a@1.0.0(dep@1.0.0)b@1.0.0(dep@1.0.0)',
  })
})

test('packages with a dependency in common come from one place, so that its state is one', async t => {
  const state = {
    'node_modules/state/package.json': '{ "name": "state", "version": "1.0.0" }',
    'node_modules/state/index.js': 'exports.count = 0',
  }
  const user = (name: string, text: string): Files => ({
    [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: '1.0.0', dependencies: { state: '*' } }),
    [`node_modules/${name}/index.js`]: `const state = require('state')\nexports.up = () => ${text}`,
  })
  const project = sender(t, {
    'main.js': "import a from 'a'\nimport b from 'b'\nexport const main = () => [a.up(), b.up(), a.up()]",
    ...user('a', '++state.count'),
    ...user('b', '++state.count // patched'),
    ...state,
  })
  const there = new Project({ ...user('a', '++state.count'), ...user('b', '++state.count'), ...state })
  t.after(() => there.remove())
  assert.deepEqual(await runThere(t, await pickleIn(t, project, 'include'), { cwd: there.directory }), {
    value: [1, 2, 3],
  })
})

test('a package linked from outside the project is taken along, with what it finds from where it lies, and without its secrets', async t => {
  const project = sender(t, { 'main.js': says('linked') })
  const outside = new Project({
    ...packageAt('linked', 'linked', '1.0.0', ['dep']),
    ...packageAt('linked/node_modules/dep', 'dep', '3.0.0'),
    'linked/index.js':
      "exports.says = () => [...require('node:fs').readdirSync(__dirname, { recursive: true }).sort(), require('dep').says()]",
    'linked/.env': 'PASSWORD=swordfish',
    'linked/.git/config': 'swordfish',
    'linked/lib/signing.key': 'swordfish',
    'linked/lib/data.txt': '',
  })
  t.after(() => outside.remove())
  project.install('linked', outside.path('linked'))
  const pickle = await pickleIn(t, project, 'include')
  rmSync(outside.path('linked'), { recursive: true })
  const value = ['index.js', 'lib', 'lib/data.txt', 'package.json', 'dep@3.0.0']
  assert.deepEqual(await runThere(t, pickle), { value })
})

test('a receiver that has only what was sent sends it onwards', async t => {
  const project = sender(t, { 'main.js': says('a'), ...packageAt('node_modules/a', 'a', '1.0.0') })
  const pickle = await pickleIn(t, project, 'include')
  rmSync(project.directory, { recursive: true })
  const between = new Project({ pickle: pickle.toString('base64') })
  t.after(() => between.remove())
  const script = `
import { dumps, loads } from ${JSON.stringify(library)}
import { readFileSync, writeFileSync } from 'node:fs'
const main = await loads(Buffer.from(readFileSync('pickle', 'latin1'), 'base64'))
writeFileSync('onwards', dumps(main, { packages: 'include' }))`
  const env = { MODULEPICKLE_CACHE: between.path('cache') }
  const args = ['--input-type=module', '--eval', script]
  const { code, stderr } = await runNode(receiver, args, { cwd: between.directory, env })
  assert.equal(code, 0, stderr)
  const onwards = readFileSync(between.path('onwards'))
  rmSync(between.directory, { recursive: true })
  assert.deepEqual(await runThere(t, onwards), { value: 'a@1.0.0' })
})

test('a damaged package in the cache is written anew from what is sent', async t => {
  const project = sender(t, { 'main.js': says('a'), ...packageAt('node_modules/a', 'a', '1.0.0') })
  const pickle = await pickleIn(t, project, 'include')
  const cache = path.join(temporaryDirectory(t), 'cache')
  assert.deepEqual(await runThere(t, pickle, { cache }), { value: 'a@1.0.0' })
  const files = readdirSync(path.join(cache, 'snapshots')).flatMap(id =>
    readdirSync(path.join(cache, 'snapshots', id)).map(bound => path.join(cache, 'snapshots', id, bound)),
  )
  const file = files.map(directory => path.join(directory, 'node_modules/a/index.js')).find(existsSync)
  rmSync(file!)
  const again = await runThere(t, pickle, { cache })
  assert.deepEqual(again, { value: 'a@1.0.0' })
})

test('a package with a binary of its own for each platform runs where the platform is the same', async t => {
  const project = sender(t, {
    'main.js':
      "import { transformSync } from 'esbuild'\nexport const main = () => transformSync('let a: 1 = 1', { loader: 'ts' }).code",
  })
  project.install('esbuild')
  const pickle = await pickleIn(t, project, 'include')
  rmSync(project.directory, { recursive: true })
  assert.deepEqual(await runThere(t, pickle), { value: 'let a = 1;\n' })
})

test('addons go only to the same ABI; by reference each end has its own', async t => {
  const native = {
    ...packageAt('node_modules/native', 'native', '1.0.0'),
    'node_modules/native/addon.node': 'for the sender',
    'node_modules/native/index.js':
      "exports.says = () => require('node:fs').readFileSync(__dirname + '/addon.node', 'utf8')",
  }
  const project = sender(t, { 'main.js': says('native'), ...native })
  const [included, referring] = [await pickleIn(t, project, 'include'), await pickleIn(t, project, 'reference')]
  rmSync(project.directory, { recursive: true })
  assert.deepEqual(await runThere(t, included), { value: 'for the sender' })
  const there = new Project({ ...native, 'node_modules/native/addon.node': 'for the receiver' })
  t.after(() => there.remove())
  assert.deepEqual(await runThere(t, referring, { cwd: there.directory }), { value: 'for the receiver' })
  assert.deepEqual(await runThere(t, included, { cwd: there.directory }), { value: 'for the receiver' })
  const node = nodeOfMajor(22)
  if (node === undefined) return
  const { code, message = '' } = await runThere(t, included, { node })
  assert.equal(code, 'ERR_PACKAGE_NATIVE')
  assert.match(message, /native@1\.0\.0 was sent with parts for \S+ and the ABI \d+ of Node; this is/)
})

test('a file name that a snapshot cannot hold keeps a package from being copied, and not from being referred to', async t => {
  const files = { ...packageAt('node_modules/a', 'a', '1.0.0'), 'node_modules/a/aux.js': '' }
  const project = sender(t, { 'main.js': says('a'), ...files })
  const referring = await pickleIn(t, project, 'reference')
  assert.deepEqual(await runThere(t, referring, { cwd: project.directory }), { value: 'a@1.0.0' })
  await assert.rejects(pickleIn(t, project, 'include'), /ERR_SNAPSHOT_PATH: "aux\.js" cannot be the name of a file/)
})

test('an option that means nothing is refused', async t => {
  const project = sender(t, { 'main.js': 'export const main = 1' })
  project.write({ 'wrong.js': "import { dumps } from 'modulepickle'\ndumps(1, { packages: 'all' })" })
  const { code, stderr } = await project.run('plain ESM', 'wrong.js')
  assert.equal(code, 1)
  assert.match(stderr, /packages has to be "reference" or "include", and is "all"/)
})
