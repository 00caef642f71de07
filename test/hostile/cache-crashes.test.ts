/** Processes that die, race or run out of disk while they fill the cache: the next one always finds a cache that works. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { build } from 'esbuild'
import { loads } from '../../src/index.ts'
import { Project, repository, runNode, type Finished } from '../support/project.ts'

const unlessMounts =
  process.getuid?.() === 0 && process.platform === 'linux' ? false : 'Only root can mount a small disk.'
const fixture = path.join(repository, 'test/fixtures/crash')
const versions = 4

/** A function whose modules are code, data and a link, in `versions` versions. */
const files = {
  'package.json': '{"name":"app","type":"module"}',
  'lib/value.js': 'export const value = 0\n',
  'lib/data.txt': 'data',
  'lib/read.js': `
    import { readFileSync } from 'node:fs'
    import { value } from './value.js'
    export const read = async () => [value, (await import('./value.js')).value, readFileSync(new URL('./data.txt', import.meta.url), 'utf8')]
  `,
  'main.js': `
    import { writeFileSync } from 'node:fs'
    import { dumps } from 'modulepickle'
    import { read } from './lib/read.js'
    for (let version = 0; version < ${versions}; version++) {
      writeFileSync('lib/value.js', 'export const value = ' + version + '\\n')
      writeFileSync(process.argv[2] + '/v' + version + '.pkl', dumps(read))
    }
  `,
}

suite('the cache', () => {
  const receiver = new Project({ 'package.json': '{"type":"module"}' })
  const pickleOf = (version: number): string => receiver.path(`v${version}.pkl`)

  before(async () => {
    // One file starts in a tenth of the time that the sources take, and there are hundreds of these processes.
    await build({
      entryPoints: [path.join(fixture, 'fill.ts')],
      outfile: receiver.path('fill.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    })
    const sender = new Project(files)
    sender.installModulepickle()
    const sent = await sender.run('plain ESM', 'main.js', [receiver.directory])
    assert.equal(sent.code, 0, sent.stderr)
    sender.remove()
  })

  after(() => receiver.remove())

  /** Another process that fills the cache, and dies at that call. */
  function fill(version: number, cache: string, crash?: { at: number; half: boolean }): Promise<Finished> {
    const hook = crash ? ['--import', path.join(fixture, 'at-call.mjs')] : []
    const env = {
      MODULEPICKLE_CACHE: cache,
      ...(crash && { CRASH_BELOW: cache, CRASH_AT: String(crash.at), CRASH_HALF: crash.half ? '1' : '0' }),
    }
    const args = [...hook, receiver.path('fill.mjs'), repository, pickleOf(version)]
    return runNode(process.execPath, args, { cwd: receiver.directory, env })
  }

  function newCache(): string {
    const cache = receiver.path(`cache-${readdirSync(receiver.directory).length}`)
    mkdirSync(cache, { mode: 0o700 })
    return cache
  }

  /** Calls the function, in this process, out of that cache. */
  async function checkValue(version: number, cache: string): Promise<void> {
    process.env['MODULEPICKLE_CACHE'] = cache
    try {
      const read = await loads<() => Promise<unknown>>(readFileSync(pickleOf(version)))
      assert.deepEqual(await read(), [version, version, 'data'])
    } finally {
      delete process.env['MODULEPICKLE_CACHE']
    }
  }

  for (const half of [false, true]) {
    test(`of a process that is killed ${half ? 'in the middle of any write' : 'before any file-system call'} serves the next`, async () => {
      const { stdout } = await fill(0, newCache(), { at: -1, half })
      const calls = Number(/calls (\d+)/.exec(stdout)?.[1])
      assert.ok(calls > (half ? 10 : 40), stdout)
      for (let at = 1; at <= calls; at++) {
        const cache = newCache()
        await assert.rejects(fill(0, cache, { at, half }), { signal: 'SIGKILL' }, `call ${at}`)
        await checkValue(0, cache)
        assert.deepEqual(readdirSync(path.join(cache, 'tmp')), [], `call ${at}`)
        rmSync(cache, { recursive: true })
      }
    })
  }

  test('is filled by 64 processes at once, with one snapshot and with different ones', async () => {
    const cache = newCache()
    const runs = await Promise.all(Array.from({ length: 64 }, (_, index) => fill(index % versions, cache)))
    assert.deepEqual(
      runs.map(({ stdout }) => path.isAbsolute(stdout)),
      Array(64).fill(true),
    )
    assert.equal(new Set(runs.map(({ stdout }) => stdout)).size, versions)
    for (let version = 0; version < versions; version++) await checkValue(version, cache)
    assert.deepEqual(readdirSync(path.join(cache, 'tmp')), [])
  })

  test(
    'that cannot be written serves what is in it, and refuses what is not, by code',
    { skip: unlessMounts },
    async () => {
      const cache = newCache()
      mount(cache, 'size=4m')
      try {
        await checkValue(0, cache)
        mount(cache, 'remount,ro')
        assert.match((await fill(0, cache)).stdout, /read\.js$/m)
        assert.equal((await fill(1, cache)).stdout, 'ERR_MATERIALIZE\n')
        mount(cache, 'remount,rw')
        await checkValue(1, cache)
      } finally {
        execFileSync('umount', [cache])
      }
    },
  )

  test(
    'on a full disk refuses by code, keeps nothing half, and works once there is room',
    { skip: unlessMounts },
    async () => {
      const refusals: boolean[] = []
      for (let kilobytes = 4; kilobytes <= 64; kilobytes += 12) {
        const cache = newCache()
        mount(cache, `size=${kilobytes}k`)
        try {
          const { stdout } = await fill(0, cache)
          refusals.push(stdout === 'ERR_MATERIALIZE\n')
          if (refusals.at(-1) === false) assert.match(stdout, /read\.js$/m, `${kilobytes} KiB`)
          assert.deepEqual(readdirSync(path.join(cache, 'tmp')), [], `${kilobytes} KiB`)
          mount(cache, 'remount,size=4m')
          await checkValue(0, cache)
        } finally {
          execFileSync('umount', [cache])
        }
      }
      assert.ok(refusals.includes(true) && refusals.includes(false), 'both the full and the sufficient disk were met')
    },
  )
})

/** A file system of its own, in memory, or other options for it. */
function mount(directory: string, options: string): void {
  const what = options.startsWith('remount') ? [] : ['-t', 'tmpfs', 'tmpfs']
  execFileSync('mount', ['-o', `${options},mode=700`, ...what, directory])
}
