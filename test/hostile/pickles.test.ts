/** Damaged and foreign pickles: always a ModulePickleError, never a crash, and nothing of a damaged snapshot is kept. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { readManifest } from '../../src/cloudpickle/cloudunpickler.ts'
import { dumps, isModulePickleError, loads, type ErrorCode } from '../../dist/index.js'
import { Project } from '../support/project.ts'

suite('a pickle with a function and its package', () => {
  let project: Project
  let pickle: Uint8Array
  let cache: string

  before(async () => {
    project = new Project({
      'package.json': '{"name":"app","type":"module"}',
      'lib.js': 'export const twice = n => n * 2\n',
      'needs.js': "import 'absent'\nexport const f = () => 1\n",
      'node_modules/absent/package.json': '{"name":"absent","version":"3.2.1"}',
      'node_modules/absent/index.js': '',
      'main.js': `
        import { writeFileSync } from 'node:fs'
        import { dumps } from 'modulepickle'
        import { twice } from './lib.js'
        import { f } from './needs.js'
        const offset = 1
        writeFileSync('call.pkl', dumps(n => twice(n) + offset))
        writeFileSync('needs.pkl', dumps(f))
      `,
    })
    project.installModulepickle()
    const { code, stderr } = await project.run('plain ESM', 'main.js')
    assert.equal(code, 0, stderr)
    pickle = readFileSync(project.path('call.pkl'))
    cache = project.path('cache')
    mkdirSync(cache, { mode: 0o700 })
    process.env['MODULEPICKLE_CACHE'] = cache
  })

  after(() => {
    delete process.env['MODULEPICKLE_CACHE']
    project.remove()
  })

  const fails = async (bytes: Uint8Array): Promise<ErrorCode | undefined> => {
    try {
      await loads(bytes)
      return undefined
    } catch (error) {
      assert.ok(isModulePickleError(error), `not coded: ${String((error as Error).stack)}`)
      return error.code
    }
  }

  test('cut at every byte, it is refused by code', async () => {
    for (let length = 0; length < pickle.length; length++) {
      assert.notEqual(await fails(pickle.subarray(0, length)), undefined, `cut at byte ${length}`)
    }
  })

  test('with any bit flipped, it loads or is refused by code', async () => {
    const copy = Uint8Array.from(pickle)
    for (let bit = 0; bit < pickle.length * 8; bit += 3) {
      copy[bit >> 3]! ^= 1 << (bit & 7)
      await fails(copy)
      copy[bit >> 3] = pickle[bit >> 3]!
    }
    const twice = await loads<(n: number) => number>(copy)
    assert.equal(twice(20), 41)
  })

  test('a flipped bit in the files of its snapshot is found before anything is written', async () => {
    const archive = readManifest(pickle).archives[0]!
    const start = Buffer.from(pickle).indexOf(archive)
    const copy = Uint8Array.from(pickle)
    let refused = 0
    for (let bit = start * 8; bit < (start + archive.length) * 8; bit += 5) {
      rmSync(cache, { recursive: true })
      mkdirSync(cache, { mode: 0o700 })
      copy[bit >> 3]! ^= 1 << (bit & 7)
      const code = await fails(copy)
      copy[bit >> 3] = pickle[bit >> 3]!
      // Some bits of what is compressed mean nothing.
      if (code === undefined) continue
      assert.deepEqual(snapshotsIn(cache), [], `bit ${bit}`)
      refused++
    }
    assert.ok(refused > archive.length, `${refused} of ${archive.length} bytes`)
  })

  test('without its snapshot, it names what is missing', async () => {
    const emptied = Buffer.from(pickle)
    emptied.write('archivez', emptied.indexOf('archives'))
    rmSync(path.join(cache, 'objects'), { recursive: true, force: true })
    assert.equal(await fails(emptied), 'ERR_SNAPSHOT_MISSING')
  })

  test('a missing installed package is refused with a table, before anything runs', async () => {
    const { message, code } = await loads(readFileSync(project.path('needs.pkl')), {
      packages: [path.parse(cache).root],
    }).then(
      () => assert.fail('loaded'),
      (error: unknown) => error as Error & { code: string },
    )
    assert.equal(code, 'ERR_PACKAGE_MISMATCH')
    assert.match(message, /absent +3\.2\.1/)
  })

  test('a pickle of data alone touches no cache', async () => {
    process.env['MODULEPICKLE_CACHE'] = project.path('untouched')
    assert.deepEqual(await loads(dumps({ a: [1, 'b'] })), { a: [1, 'b'] })
    process.env['MODULEPICKLE_CACHE'] = cache
    assert.equal(readdirSync(project.directory).includes('untouched'), false)
  })
})

function snapshotsIn(cache: string): string[] {
  try {
    return readdirSync(path.join(cache, 'snapshots'))
  } catch {
    return []
  }
}
