/** The built worker program: one file that needs nothing but Node, with the package's own public face. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Duplex } from 'node:stream'
import { suite, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { readModule } from '../../../src/cloudpickle/source/read-module.ts'
import { repository } from '../../support/project.ts'

const file = path.join(repository, 'dist/worker.js')

suite('the worker program', () => {
  test('imports only node: modules', () => {
    const text = readFileSync(file, 'utf8')
    // Requests without a specifier are computed ones: of the code that was shipped here.
    assert.deepEqual(
      readModule(text, 'module', file).requests.flatMap(({ specifier }) => specifier ?? []),
      [],
    )
    const builtins = [...text.matchAll(/ = process\.getBuiltinModule\("([^"]+)"\)/g)].map(([, name]) => name ?? '')
    assert.ok(builtins.length > 5)
    assert.deepEqual(
      builtins.filter(name => !name.startsWith('node:') || !isBuiltin(name)),
      [],
    )
  })

  test('is ASCII, of which V8 keeps one byte a character', () => {
    assert.match(readFileSync(file, 'utf8'), /^[\0-\x7f]*$/)
  })

  test('holds nothing of what packs', () => {
    const text = readFileSync(file, 'utf8')
    for (const name of ['oxc-transform', 'esbuild', 'import-meta-resolve', 'snapshot/pack/', 'executors/']) {
      assert.ok(!text.includes(`// dist/.build/js/${name}`) && !text.includes(`from "${name}"`), name)
      assert.ok(!text.includes(`require("${name}")`) && !text.includes(`node_modules/${name}`), name)
    }
  })

  test('imported, starts nothing and gives what the package and its subpaths export', async () => {
    const { subpaths } = (await import(pathToFileURL(file).href)) as { subpaths: Record<string, object> }
    for (const [subpath, entry] of [
      ['.', 'index.js'],
      ['./pickle', 'pickle/index.js'],
      ['./cloudpickle', 'cloudpickle/index.js'],
    ] as const) {
      const real = (await import(pathToFileURL(path.join(repository, 'dist', entry)).href)) as object
      assert.deepEqual(Object.keys(subpaths[subpath] ?? {}).sort(), Object.keys(real).sort(), subpath)
    }
  })
})

suite('the worker program, run', () => {
  interface Outcome {
    readonly code: number | null
    readonly signal: NodeJS.Signals | null
    readonly stderr: string
    readonly scratch: string
  }

  async function outcome(input: Buffer | NodeJS.Signals): Promise<Outcome> {
    const scratch = path.join(tmpdir(), `modulepickle-test-scratch-${randomUUID()}`)
    const stdio = ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] as const
    const worker = spawn(process.execPath, [file, scratch], { cwd: tmpdir(), stdio: [...stdio] })
    let stderr = ''
    worker.stderr?.on('data', chunk => (stderr += String(chunk)))
    const conversation = worker.stdio[3] as Duplex
    conversation.once('data', () => {
      assert.ok(existsSync(scratch))
      if (typeof input === 'string') worker.kill(input)
      else conversation.end(input)
    })
    const [code, signal] = (await once(worker, 'close')) as [number | null, NodeJS.Signals | null]
    return { code, signal, stderr, scratch }
  }

  test('ends when its sender is gone, and removes its directory', async () => {
    const { code, stderr, scratch } = await outcome(Buffer.alloc(0))
    assert.deepEqual([code, stderr], [0, ''])
    assert.ok(!existsSync(scratch))
  })

  for (const name of ['SIGTERM', 'SIGHUP'] as const) {
    test(`ends by ${name}, and removes its directory`, async () => {
      const { signal, scratch } = await outcome(name)
      assert.equal(signal, name)
      assert.ok(!existsSync(scratch))
    })
  }

  test('ends with an error when it does not understand its sender', async () => {
    const { code, stderr, scratch } = await outcome(Buffer.from('GET / HTTP/1.1\r\n\r\n'))
    assert.equal(code, 1)
    assert.match(stderr, /ERR_PROTOCOL/)
    assert.match(stderr, /"GET \/ HTTP\/1"/)
    assert.ok(!existsSync(scratch))
  })
})
