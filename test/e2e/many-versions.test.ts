/**
 * A hundred versions of two packages side by side in one process: whatever is called, in whatever order, and however it imports,
 * it sees the version that it came with, and of the other package the version that this one came with.
 */
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { Project } from '../support/project.ts'

const versions = 100
const calls = 100_000

const files = {
  'package.json': '{"name":"root","private":true,"type":"module","workspaces":["packages/*"]}',
  'packages/a/package.json': '{"name":"a","type":"module","exports":"./index.js"}',
  'packages/a/version.js': 'export const version = 0\n',
  'packages/a/index.js': `
    import { version } from './version.js'
    import { seenByB } from 'b'
    import legacy from './legacy.cjs'
    export const imported = () => [version, seenByB()]
    export const deferred = async () => [(await import('./version.js')).version, (await import('b')).seenByB()]
    export const computed = async name => [(await import('./' + name + '.js')).version, seenByB()]
    export const required = () => legacy.read()
    export const requiredByName = name => legacy.readByName(name)
  `,
  'packages/a/legacy.cjs':
    'exports.read = () => [require("./version.cjs").version, require("b/legacy").version]\nexports.readByName = name => [require("./" + name + ".cjs").version, require("b/legacy").version]\n',
  'packages/a/version.cjs': 'exports.version = 0\n',
  'packages/b/package.json': '{"name":"b","type":"module","exports":{".":"./index.js","./legacy":"./legacy.cjs"}}',
  'packages/b/version.js': 'export const version = 0\n',
  'packages/b/index.js': "import { version } from './version.js'\nexport const seenByB = () => version\n",
  'packages/b/legacy.cjs': 'exports.version = 0\n',
  // Each version changes one of the two packages, so that the other one's files are the same as before.
  'main.js': `
    import { writeFileSync } from 'node:fs'
    import { dumps } from 'modulepickle'
    import * as a from 'a'
    const { imported, deferred, computed, required, requiredByName } = a
    const closure = async () => [(await import('./packages/a/version.js')).version, (await import('b')).seenByB()]
    for (let version = 0; version < ${versions}; version++) {
      const name = version % 2 === 0 ? 'a' : 'b'
      const number = Math.floor(version / 2) + 1
      writeFileSync('packages/' + name + '/version.js', 'export const version = ' + number + '\\n')
      writeFileSync(name === 'a' ? 'packages/a/version.cjs' : 'packages/b/legacy.cjs', 'exports.version = ' + number + '\\n')
      writeFileSync(process.argv[2] + '/v' + version + '.pkl', dumps([imported, deferred, computed, required, requiredByName, closure]))
    }
  `,
}

const receiver = `
  import { readFileSync, readdirSync } from 'node:fs'
  import { loads } from 'modulepickle'
  let seed = 20_241_123
  const random = below => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0) % below
  const loaded = new Map()
  const load = async version => loads(readFileSync(process.argv[2] + '/v' + version + '.pkl'))
  const order = Array.from({ length: ${versions} }, (_, version) => version).sort(() => random(2) - 0.5)
  const wrong = []
  let made = 0
  const started = performance.now()
  const call = async () => {
    const version = order[random(loaded.size)]
    const functions = loaded.get(version)
    const which = random(functions.length)
    const [a, b] = await functions[which]('version')
    made += 1
    const expected = [Math.floor(version / 2) + 1, version === 0 ? 0 : Math.floor((version - 1) / 2) + 1]
    if (a !== expected[0] || b !== expected[1]) wrong.push([version, which, a, b])
  }
  // Versions arrive while others are being called.
  for (const version of order) {
    loaded.set(version, await load(version))
    for (let index = 0; index < 100; index++) await call()
  }
  while (made < ${calls}) await Promise.all(Array.from({ length: 100 }, call))
  const directories = readdirSync(process.env.MODULEPICKLE_CACHE + '/snapshots').length
  console.log(JSON.stringify({ made, wrong: wrong.slice(0, 10), directories, seconds: (performance.now() - started) / 1000 }))
`

suite('a hundred versions in one process', () => {
  const sender = new Project(files)
  const other = new Project({ 'package.json': '{"type":"module"}', 'receive.js': receiver })

  before(async () => {
    sender.installModulepickle()
    other.installModulepickle()
    sender.install('a', sender.path('packages/a'))
    sender.install('b', sender.path('packages/b'))
    const sent = await sender.run('plain ESM', 'main.js', [other.directory])
    assert.equal(sent.code, 0, sent.stderr)
    for (const name of Object.keys(files)) rmSync(sender.path(name))
  })

  after(() => {
    sender.remove()
    other.remove()
  })

  test('never mix, in 100,000 calls in any order', async t => {
    const received = await other.run('plain ESM', 'receive.js', [other.directory], {
      MODULEPICKLE_CACHE: other.path('cache'),
    })
    assert.equal(received.code, 0, received.stderr)
    const { made, wrong, directories, seconds } = JSON.parse(received.stdout) as Record<string, unknown>
    assert.deepEqual({ made, wrong, directories }, { made: calls, wrong: [], directories: versions })
    t.diagnostic(`${String(seconds)} s`)
  })
})
