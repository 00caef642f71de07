/** What was printed is read before what was said after it is acted on. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { readSoFar } from '../../../src/protocol/read-so-far.ts'

/** Runs a program that prints to stdout and says something on descriptors 3 and 4. */
function start(program: string): { child: ChildProcess; stdout: Socket; said: Socket } {
  const child = spawn(process.execPath, ['-e', `const { writeSync } = require('node:fs')\n${program}`], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe', 'pipe'],
  })
  return { child, stdout: child.stdio[1] as Socket, said: child.stdio[3] as Socket }
}

test('all that was printed before a message is read after it, also where what comes between takes long', async () => {
  const count = 4000
  const { child, stdout, said } = start(`
    for (let n = 0; n < ${count}; n++) {
      writeSync(1, 'x')
      writeSync(4, '-')
      writeSync(3, '.')
    }`)
  let [printed, messages] = [0, 0]
  const checks: Promise<number>[] = []
  stdout.on('data', (chunk: Buffer) => (printed += chunk.byteLength))
  // Between its two neighbours in one poll of events, so that the program goes on while they are read.
  child.stdio[4]!.on('data', () => {
    const end = performance.now() + 0.2
    while (performance.now() < end);
  })
  said.on('data', (chunk: Buffer) => {
    const soFar = (messages += chunk.byteLength)
    checks.push(readSoFar([stdout]).then(() => soFar - printed))
  })
  await Promise.all([once(stdout, 'close'), once(said, 'close')])
  const missing = await Promise.all(checks)
  assert.deepEqual([messages, missing.filter(sizeBytes => sizeBytes > 0)], [count, []])
})

test('output that is held up is waited for', async () => {
  const sizeBytes = 100_000
  const { child, stdout, said } = start(`
    writeSync(1, 'x'.repeat(${sizeBytes}))
    writeSync(3, '.')
    setTimeout(() => {}, 60_000)`)
  let printed = 0
  stdout.on('data', (chunk: Buffer) => (printed += chunk.byteLength))
  stdout.pause()
  await once(said, 'data')
  let isRead = false
  const reading = readSoFar([stdout]).then(() => (isRead = true))
  await new Promise(resolve => setTimeout(resolve, 50))
  assert.equal(isRead, false)
  stdout.resume()
  await reading
  assert.equal(printed, sizeBytes)
  child.kill()
})

test('output that has ended, or was given up, is not waited for', async () => {
  const { child, stdout, said } = start(`writeSync(3, '.')\nsetTimeout(() => {}, 60_000)`)
  await once(said, 'data')
  stdout.pause()
  const reading = readSoFar([stdout])
  stdout.destroy()
  await reading
  await readSoFar([stdout])
  child.kill()
})

test('output that is held up again and again is read to its end', async () => {
  const [count, sizeBytes] = [100, 300_000]
  const { child, stdout, said } = start(`
    const print = () => {
      writeSync(1, 'x'.repeat(${sizeBytes}))
      writeSync(3, '.')
    }
    const answers = new (require('node:net').Socket)({ fd: 4 })
    answers.on('data', print).on('error', () => {})
    print()`)
  let [printed, pieces] = [0, 0]
  // As whoever writes on what it takes, to a pipe that is full: it goes on in the poll of events that has held it up.
  const full = start(`for (;;) writeSync(1, '.')`)
  full.stdout.on('data', () => stdout.resume())
  stdout.on('data', (chunk: Buffer) => {
    printed += chunk.byteLength
    if (pieces++ % 2 === 0) stdout.pause()
  })
  const missing: number[] = []
  for (let n = 1; n <= count; n++) {
    await once(said, 'data')
    await readSoFar([stdout])
    missing.push(n * sizeBytes - printed)
    if (n < count) (child.stdio[4] as Socket).write('.')
  }
  child.kill()
  full.child.kill()
  assert.deepEqual(
    missing.filter(bytes => bytes !== 0),
    [],
  )
})

test('of output without end only what there was is waited for, also where it is read slowly', async () => {
  const { child, stdout, said } = start(`writeSync(3, '.')\nfor (;;) writeSync(1, 'x'.repeat(100_000))`)
  stdout.on('data', () => {
    stdout.pause()
    setImmediate(() => stdout.resume())
  })
  await once(said, 'data')
  await readSoFar([stdout])
  child.kill()
})
