/**
 * Several versions of one package in one process: each function loads, whenever it imports, the version that it came with.
 */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { suite, test } from 'node:test'
import { nodeOfMajor, Project, runNode } from '../support/project.ts'
import { unlessNode } from '../support/requirements.ts'

const versions = 4

const files = {
  'package.json': '{"name":"app","type":"module"}',
  'value.js': 'export const value = 0\n',
  'legacy/package.json': '{"name":"legacy","type":"commonjs"}',
  'legacy/index.js':
    'exports.read = () => require("./value").value\nexports.readByName = name => require(`./${name}`).value\n',
  'legacy/value.js': 'exports.value = 0\n',
  'lib.js': `
    import { value } from './value.js'
    import legacy from './legacy/index.js'
    export const read = async name => ({
      imported: value,
      deferred: (await import('./value.js')).value,
      computed: (await import('./' + name + '.js')).value,
      required: legacy.read(),
      requiredByName: legacy.readByName(name),
    })
  `,
  'main.js': `
    import { writeFileSync } from 'node:fs'
    import { dumps } from 'modulepickle'
    import { read } from './lib.js'
    const closure = async name => ({ ...(await read(name)), closure: (await import('./value.js')).value })
    for (let version = 0; version < ${versions}; version++) {
      writeFileSync('value.js', 'export const value = ' + version + '\\n')
      writeFileSync('legacy/value.js', 'exports.value = ' + version + '\\n')
      writeFileSync('v' + version + '.pkl', dumps(closure))
    }
  `,
}

const receiver = `
  import { readFileSync } from 'node:fs'
  import { loads } from 'modulepickle'
  const load = version => loads(readFileSync(process.argv[2] + '/v' + version + '.pkl'))
  const functions = []
  for (let version = 0; version < ${versions}; version++) functions.push(await load(version))
  const seen = []
  for (let round = 0; round < 2; round++) {
    for (const version of [3, 0, 2, 1, 0]) {
      seen.push([version, await functions[version]('value')])
      const again = await load(version)
      seen.push([version, await again('value')])
    }
  }
  console.log(JSON.stringify(seen))
`

for (const major of [20, 22, 24, 26] as const) {
  suite(`on Node ${major}`, { skip: unlessNode(major) }, () => {
    test('old and new functions keep their own modules, and each version has one directory', async () => {
      const sender = new Project(files)
      const other = new Project({ 'package.json': '{"type":"module"}', 'receive.js': receiver })
      try {
        sender.installModulepickle()
        other.installModulepickle()
        const sent = await sender.run('plain ESM', 'main.js')
        assert.equal(sent.code, 0, sent.stderr)
        for (const name of Object.keys(files)) rmSync(sender.path(name))
        mkdirSync(other.path('cache'), { mode: 0o700 })
        const received = await runNode(nodeOfMajor(major)!, [other.path('receive.js'), sender.directory], {
          cwd: other.directory,
          env: { MODULEPICKLE_CACHE: other.path('cache') },
        })
        assert.equal(received.code, 0, received.stderr)
        const seen = JSON.parse(received.stdout) as [version: number, values: Record<string, number>][]
        assert.equal(seen.length, 20)
        for (const [version, values] of seen) {
          for (const [how, value] of Object.entries(values)) assert.equal(value, version, how)
        }
        assert.equal(readdirSync(path.join(other.path('cache'), 'snapshots')).length, versions)
      } finally {
        sender.remove()
        other.remove()
      }
    })
  })
}
