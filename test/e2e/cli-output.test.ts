/** What the command line writes: as it was printed, no faster than it is read, and to nobody where nobody reads. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { CliProject } from '../support/cli-project.ts'

const program = `
import { writeFileSync } from 'node:fs'
const long = 'x' + '😀'.repeat(40_000)
export const text = long + '\\r\\n\\n' + long + '\\nno end'
export function prints() { process.stdout.write(text) }
export function printsAndGives() { process.stdout.write('no end'); return 7 }
export async function* forever() { for (let n = 0; ; n++) yield n }
export async function* items(count) { for (let n = 0; n < count; n++) yield n }
export async function floods(progress) {
  for (let n = 1; n <= 4000; n++) {
    await new Promise(taken => process.stdout.write('y'.repeat(9999) + '\\n', taken))
    if (n % 10 === 0) writeFileSync(progress, String(n))
  }
}
export function busy() { console.log('here'); for (;;); }
`

suite('what the command line writes', () => {
  let project: CliProject
  let pickles: string

  before(async () => {
    project = new CliProject()
    project.write({ 'print.js': program })
    pickles = project.outside
    for (const name of ['forever', 'items']) {
      const { code, stderr } = await project.cli(['pack', `print.js#${name}`, '-o', path.join(pickles, `${name}.pkl`)])
      assert.equal(code, 0, stderr)
    }
  })
  after(() => project.remove())

  test('is what the function has printed, long lines and line ends too', async () => {
    const { stdout } = await project.cli(['run', 'print.js#prints'])
    const long = `x${'😀'.repeat(40_000)}`
    assert.ok(stdout === `${long}\r\n\n${long}\nno end`, `${stdout.length} characters`)
  })

  test('has the result on a line of its own', async () => {
    assert.equal((await project.cli(['run', 'print.js#printsAndGives'])).stdout, 'no end\n7\n')
  })

  test('of many items is complete, whoever reads', async () => {
    const { stdout } = await project.cli(['exec', path.join(pickles, 'items.pkl'), '--', '300000'])
    assert.equal(stdout.split('\n').length, 300_001)
  })

  for (const command of [
    ['exec', 'forever.pkl'],
    ['run', 'print.js#forever', '--on', 'inline:'],
  ]) {
    test(`ends with 141 when its reader has gone: ${command.join(' ')}`, async () => {
      const args = command.map(arg => (arg.endsWith('.pkl') ? path.join(pickles, arg) : arg))
      const running = project.start(args)
      const exit = once(running, 'exit')
      await once(running.stdout!, 'data')
      running.stdout!.destroy()
      assert.deepEqual(await exit, [141, null])
    })
  }

  test('waits for a reader that is slow, and so does the function', async () => {
    const progress = path.join(project.outside, 'progress')
    const running = project.start(['run', 'print.js#floods', '--', progress])
    const exit = once(running, 'exit')
    while (!existsSync(progress)) await setTimeout(20)
    await setTimeout(1000)
    const done = Number(readFileSync(progress, 'utf8'))
    let sizeBytes = 0
    running.stdout!.on('data', (chunk: Buffer) => (sizeBytes += chunk.length))
    assert.deepEqual(await exit, [0, null])
    assert.equal(sizeBytes, 40_000_000)
    assert.ok(done < 1000, `${done} of 4000 lines were printed while nobody read`)
  })

  const full = '/dev/full'
  test('ends with 3 and one line where the disk is full', { skip: !existsSync(full) && 'no /dev/full' }, async () => {
    assert.ok(statSync(full).isCharacterDevice())
    const commands = [
      ['--version'],
      ['run', 'print.js#items', '--', '3'],
      ['exec', path.join(pickles, 'items.pkl'), '--', '3'],
    ]
    for (const args of commands) {
      const { code, stderr } = await project.cliInto(full, args)
      assert.equal(code, 3, stderr)
      assert.match(stderr, /^modulepickle: stdout cannot be written to: ENOSPC[^\n]*\n$/)
    }
  })

  test('is over at once on Ctrl-C where a busy function runs in the same process', async () => {
    const running = project.start(['run', 'print.js#busy', '--on', 'inline:'])
    const exit = once(running, 'exit')
    await once(running.stdout!, 'data')
    running.kill('SIGINT')
    assert.deepEqual(await exit, [null, 'SIGINT'])
  })
})
