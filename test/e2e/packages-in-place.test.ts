/** Installed packages that workers on this machine use where they are, and those that would find local packages there. */
import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { test } from 'node:test'
import { LocalProject } from '../support/local-project.ts'
import { Project } from '../support/project.ts'
import { temporaryDirectory } from '../unit/snapshot/temporary-project.ts'

test('a package that is installed anew, or one that it depends on, is loaded anew by the next call', async t => {
  const json = (name: string, dependencies: object): string => JSON.stringify({ name, version: '1.0.0', dependencies })
  const project = new LocalProject('type stripping', {
    'node_modules/direct/package.json': json('direct', { indirect: '*' }),
    'node_modules/direct/index.js': "exports.says = 'direct 1 ' + require('indirect').says",
    'node_modules/indirect/package.json': json('indirect', {}),
    'node_modules/indirect/index.js': "exports.says = 'indirect 1.0.0'",
  })
  t.after(() => project.remove())
  const { seen, pids } = await project.seen<{ seen: string[]; pids: number[] }>('upgrades')
  assert.deepEqual(seen, [
    'direct 1 indirect 1.0.0',
    'direct 1 indirect 1.0.0',
    'direct 2 indirect 1.0.0',
    'direct 2 patched indirect 1.0.0',
    'direct 2 patched indirect 1.0.1',
    'direct 2 patched indirect 1.0.1',
  ])
  assert.deepEqual(
    pids.map((pid, index) => pid === pids[index - 1]),
    [false, true, false, false, false, true],
    'a process is kept as long as its packages are the same',
  )
})

test('a file that is mended inside an installed package is loaded anew, though no package.json tells of it', async t => {
  const json = (name: string, dependencies: object): string => JSON.stringify({ name, version: '1.0.0', dependencies })
  const project = new LocalProject('type stripping', {
    'node_modules/direct/package.json': json('direct', { indirect: '*' }),
    'node_modules/direct/index.js': "exports.says = require('./lib/says.js').says + ' ' + require('indirect').says",
    'node_modules/direct/lib/says.js': "exports.says = 'direct 1'",
    'node_modules/direct/types/index.d.ts': 'export const says: string',
    'node_modules/indirect/package.json': json('indirect', {}),
    'node_modules/indirect/index.js': "exports.says = 'indirect 1'",
  })
  t.after(() => project.remove())
  const { seen, pids } = await project.seen<{ seen: string[]; pids: number[] }>('mends')
  assert.deepEqual(seen, [
    'direct 1 indirect 1',
    'direct 1 indirect 1',
    'direct 2 indirect 1',
    'direct 2 indirect 1',
    'direct 3 indirect 1',
    'direct 3 indirect 2',
    'direct 3 indirect 2',
  ])
  assert.deepEqual(
    pids.map((pid, index) => pid === pids[index - 1]),
    [false, true, false, true, false, false, true],
    'a process is kept as long as nothing that code reads has changed',
  )
})

/** A workspace whose package `core` is local, and an installed `plugin` that may use it; `send` says what becomes of the pickle. */
function workspace(plugin: object, code: string): Project {
  const project = new Project({
    'package.json': JSON.stringify({ private: true, type: 'module', workspaces: ['core'] }),
    'core/package.json': JSON.stringify({ name: 'core', version: '1.0.0', type: 'module', exports: './core.js' }),
    'core/core.js': 'export const registry = []',
    'node_modules/plugin/package.json': JSON.stringify({ name: 'plugin', version: '1.0.0', type: 'module', ...plugin }),
    'node_modules/plugin/index.js': code,
    'used.js':
      "import { registry } from 'core'\nimport { plug } from 'plugin'\nexport const used = () => (plug(), registry.length)",
    'main.js': `
import { connect, dumps } from 'modulepickle'
import { used } from './used.js'
const pool = await connect('local:', { workers: 1 })
const attempts = { reference: () => dumps(used), include: () => dumps(used, { packages: 'include' }), place: () => pool.run(used) }
for (const [name, attempt] of Object.entries(attempts)) {
  try {
    await attempt()
    console.log(name, 'ok')
  } catch (error) {
    console.log(name, error.code, error.message)
  }
}
await pool.close()`,
  })
  project.installModulepickle()
  symlinkSync('../core', project.path('node_modules/core'))
  return project
}

const usesCore = "import { registry } from 'core'\nexport const plug = () => registry.push('plug')"

for (const [how, json] of Object.entries({
  'as a peer': { peerDependencies: { core: '*' } },
  'as a dependency': { dependencies: { core: '*' } },
  'as an optional peer': { peerDependencies: { core: '*' }, peerDependenciesMeta: { core: { optional: true } } },
})) {
  test(`an installed package that uses a local one ${how} is refused, because it would have another instance of it`, async t => {
    const project = workspace(json, usesCore)
    t.after(() => project.remove())
    const { stdout, stderr } = await project.run('plain ESM', 'main.js', [], {
      MODULEPICKLE_CACHE: temporaryDirectory(t),
    })
    for (const mode of ['reference', 'include', 'place']) {
      assert.match(
        stdout,
        new RegExp(`^${mode} ERR_PACKAGE_LOCAL plugin, .*depends on core, .*Make plugin`, 'm'),
        stderr,
      )
    }
  })
}

test('an optional peer that the code of the package does not mention is of no account', async t => {
  const json = { peerDependencies: { core: '*' }, peerDependenciesMeta: { core: { optional: true } } }
  const project = workspace(json, 'export const plug = () => {}')
  t.after(() => project.remove())
  const { stdout, stderr } = await project.run('plain ESM', 'main.js', [], {
    MODULEPICKLE_CACHE: temporaryDirectory(t),
  })
  assert.equal(stdout, 'reference ok\ninclude ok\nplace ok\n', stderr)
})
