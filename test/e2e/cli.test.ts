/** The command line, as a program of its own. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { CliProject } from '../support/cli-project.ts'
import { nodeOfMajor, type Finished } from '../support/project.ts'
import { unlessNode } from '../support/requirements.ts'

let project: CliProject
before(() => (project = new CliProject()))
after(() => project.remove())

function ended({ code, stdout, stderr }: Finished, expected: { code: number; stdout?: string; stderr?: RegExp }): void {
  assert.equal(code, expected.code, `${stdout}\n${stderr}`)
  assert.equal(stdout, expected.stdout ?? '')
  assert.match(stderr, expected.stderr ?? /^$/)
}

suite('modulepickle run', () => {
  test('runs an exported function with arguments that are JSON, or else text', async () => {
    ended(await project.cli(['run', 'score.ts#score', '--', '3', '{"factor": 10}']), { code: 0, stdout: '30 EUR\n' })
    const stdout = '{"args":[1,"one",null],"greeting":"hi"}\n'
    const args = ['run', 'score.ts', '--json', '--env', 'GREETING=hi', '--', '1', 'one', 'null']
    ended(await project.cli(args), { code: 0, stdout })
  })

  test('evaluates nothing of the file in its own process', async () => {
    const told = path.join(project.outside, 'told')
    const running = await project.cli(['run', 'score.ts#prints', '--env', `EVALUATED_BY=${told}`])
    assert.equal(running.code, 0, running.stderr)
    assert.equal(readFileSync(told, 'utf8').trim().split('\n').length, 1)
    assert.equal(
      (await project.cli(['pack', 'score.ts', '-o', '-'], { env: { EVALUATED_BY: `${told}-pack` } })).code,
      0,
    )
    assert.ok(!existsSync(`${told}-pack`))
  })

  for (const major of [20, 22, 26] as const) {
    test(`takes TypeScript with enums on Node ${major}`, { skip: unlessNode(major) }, async () => {
      const node = nodeOfMajor(major)
      ended(await project.cli(['run', 'score.ts#score', '--', '1'], { node }), { code: 0, stdout: '2 EUR\n' })
    })
  }

  test('prints what the function prints where it printed it, and the result last', async () => {
    ended(await project.cli(['run', 'score.ts#prints']), { code: 0, stdout: 'to stdout\n7\n', stderr: /^to stderr\n$/ })
  })

  test('keeps stdout for the result with --json', async () => {
    const running = await project.cli(['run', 'score.ts#prints', '--json'])
    assert.equal(running.stdout, '7\n')
    assert.deepEqual(running.stderr.trim().split('\n').toSorted(), ['to stderr', 'to stdout'])
  })

  test('prints the items of an async iterable, one a line', async () => {
    ended(await project.cli(['run', 'score.ts#count', '--json', '--', '3']), { code: 0, stdout: '0\n1\n2\n' })
  })

  test('refuses to give as JSON what JSON cannot say', async () => {
    const stderr = /^modulepickle run: ERR_RESULT_NOT_JSON: result\.deep\[0\] is a Map, [^\n]*\n$/
    ended(await project.cli(['run', 'score.ts#look', '--json']), { code: 3, stderr })
    assert.match((await project.cli(['run', 'score.ts#look'])).stdout, /Map\(1\) \{ 'a' => 1 \}/)
  })

  test('ends with 1 where the function throws, its stack on the lines of the source', async () => {
    const line = project.lineOf('score.ts', 'throw new RangeError')
    const { code, stderr } = await project.cli(['run', 'score.ts#fails'])
    assert.equal(code, 1)
    assert.ok(stderr.startsWith(`RangeError: too much\n    at fails (${project.path('score.ts')}:${line}:`), stderr)
    assert.match(stderr, /\[cause\]: Error: the reason/)
    assert.ok(!stderr.includes('/dist/cli/'), stderr)
  })

  test('says in one line why something cannot be done, and ends with 3', async () => {
    const slow = ['run', 'score.ts#busy', '--timeout', '300']
    const finished = await project.cli(slow)
    assert.equal(finished.code, 3)
    assert.match(finished.stderr, /^modulepickle run: ERR_CALL_TIMEOUT: [^\n]+\n$/)
    assert.match((await project.cli([...slow, '--verbose'])).stderr, /\n {4}at /)
  })

  test('says that what it was given is no function', async () => {
    const stderr = /^modulepickle run: ERR_NOT_A_FUNCTION: .* has to be a function, and is Map\(1\) \{/
    ended(await project.cli(['run', 'score.ts#table']), { code: 2, stderr })
    ended(await project.cli(['run', 'score.ts#table', '--on', 'inline:']), { code: 2, stderr })
  })

  test('says so where what it waits for never comes', async () => {
    const stderr = /^modulepickle run: ERR_CALL_UNSETTLED: [^\n]+\n$/
    ended(await project.cli(['run', 'score.ts#never', '--on', 'inline:']), { code: 3, stderr })
    const file = path.join(project.outside, 'never.pkl')
    await project.cli(['pack', 'score.ts#never', '-o', file])
    ended(await project.cli(['exec', file]), { code: 3, stderr: /^modulepickle exec: ERR_CALL_UNSETTLED: / })
  })

  test('says how a generator could give what it has', async () => {
    ended(await project.cli(['run', 'score.ts#steps']), { code: 3, stderr: /result: a generator .*`async function\*`/ })
  })

  test('runs what CommonJS exports, and TypeScript that is compiled to it', async () => {
    project.write({
      'old/package.json': '{ "name": "old", "type": "commonjs" }',
      'old/whole.js': 'module.exports = (n) => n + 1; module.exports.part = (n) => n + 2',
      'old/typed.ts':
        'enum By { three = 3 }\nexport default (n: number): number => n + By.three\nexport class Of { static four(n: number) { return n + 4 } }',
    })
    const references = ['old/whole.js', 'old/whole.js#part', 'old/typed.ts', 'old/typed.ts#Of.four']
    for (const [index, reference] of references.entries()) {
      ended(await project.cli(['run', reference, '--', '0']), { code: 0, stdout: `${index + 1}\n` })
    }
  })

  test('runs inline: where it is told to', async () => {
    ended(await project.cli(['run', 'score.ts#score', '--on', 'inline:', '--', '1']), { code: 0, stdout: '2 EUR\n' })
  })

  test('ends with 130 on Ctrl-C, also where the function is busy', async () => {
    const running = project.start(['run', 'score.ts#busy'])
    const exit = once(running, 'exit')
    await once(running.stdout!, 'data')
    running.kill('SIGINT')
    assert.deepEqual(await exit, [130, null])
  })

  test('ends quietly with 141 where whoever reads has gone', async () => {
    const running = project.start(['run', 'score.ts#count', '--', '1e9'])
    let stderr = ''
    running.stderr!.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    const exit = once(running, 'exit')
    await once(running.stdout!, 'data')
    running.stdout!.destroy()
    assert.deepEqual(await exit, [141, null])
    assert.equal(stderr, '')
  })
})

suite('pickle files', () => {
  test('hold a function that runs where nothing of the project is', async () => {
    const file = path.join(project.outside, 'score.pkl')
    ended(await project.cli(['pack', 'score.ts#score', '-o', file]), { code: 0, stderr: /score\.pkl: \d+ bytes\n/ })
    const elsewhere = { cwd: project.outside, env: { MODULEPICKLE_CACHE: path.join(project.outside, 'other') } }
    ended(await project.cli(['exec', file, '--', '4'], elsewhere), { code: 0, stdout: '8 EUR\n' })
  })

  test('show what is in them without running it', async () => {
    const told = path.join(project.outside, 'inspected')
    const file = path.join(project.outside, 'shown.pkl')
    await project.cli(['pack', 'score.ts#fails', '-o', file])
    const { stdout, code } = await project.cli(['inspect', file, '--dis'], { env: { EVALUATED_BY: told } })
    assert.equal(code, 0)
    assert.match(stdout, /^ {2}snapshot:0\/score\.js$/m)
    assert.match(stdout, /^ +\d+ {2}lib\/price\.js$/m)
    assert.match(stdout, /STACK_GLOBAL snapshot:0\/score\.js fails/)
    assert.ok(!existsSync(told))
    const json = JSON.parse((await project.cli(['inspect', file, '--json'])).stdout) as { modules: string[] }
    assert.deepEqual(json.modules, ['snapshot:0/score.js'])
  })

  test('are signed where there is a key, and then only loaded with it', async () => {
    const file = path.join(project.outside, 'signed.pkl')
    const MODULEPICKLE_KEY = (await project.cli(['key'])).stdout.trim()
    await project.cli(['pack', 'score.ts#score', '-o', file], { env: { MODULEPICKLE_KEY } })
    ended(await project.cli(['exec', file, '--', '4'], { env: { MODULEPICKLE_KEY } }), { code: 0, stdout: '8 EUR\n' })
    ended(await project.cli(['exec', file]), { code: 3, stderr: /ERR_KEY_MISSING/ })
    assert.match((await project.cli(['inspect', file])).stdout, /signed; no key here/)
    assert.match((await project.cli(['inspect', file], { env: { MODULEPICKLE_KEY } })).stdout, /signed with the key of/)
    const other = { env: { MODULEPICKLE_KEY: (await project.cli(['key'])).stdout.trim() } }
    assert.match((await project.cli(['inspect', file], other)).stdout, /SIGNED WITH ANOTHER KEY/)
    ended(await project.cli(['exec', file], other), { code: 3, stderr: /ERR_SIGNATURE_INVALID/ })
  })

  test('are refused where they are none', async () => {
    ended(await project.cli(['inspect', 'package.json']), {
      code: 3,
      stderr: /^modulepickle inspect: ERR_PICKLE_\w+: /,
    })
    for (const input of ['', 'a note, and nothing else', '\u0000\u0001']) {
      ended(await project.cli(['exec', '-'], { input }), {
        code: 3,
        stderr: /^modulepickle exec: ERR_PICKLE_CORRUPT: - is not a pickle: /,
      })
    }
    ended(await project.cli(['exec', 'missing.pkl']), { code: 2, stderr: /missing\.pkl cannot be read/ })
  })

  test('can stay in a pipe', async () => {
    const { stdout } = await project.cli(['pack', 'score.ts#fails', '-o', '-'])
    assert.ok(stdout.length > 0)
    const exec = project.start(['exec', '-', '--', '5'])
    project.start(['pack', 'score.ts#score', '-o', '-']).stdout!.pipe(exec.stdin!)
    const [printed] = (await once(exec.stdout!, 'data')) as [Buffer]
    assert.equal(printed.toString(), '10 EUR\n')
  })
})

suite('command lines', () => {
  const mistakes: readonly (readonly [args: readonly string[], said: RegExp])[] = [
    [['rnu'], /rnu is no command\. Did you mean run\?/],
    [['run'], /FILE#EXPORT is missing/],
    [['run', 'score.ts#scoer'], /has no export scoer\. Did you mean score\?/],
    [
      ['run', 'score.ts#zzzzz'],
      /has no export zzzzz\. It exports busy, count, default, fails, look, never, prints, score, steps, table\./,
    ],
    [['run', 'scores.ts#score'], /There is no file .*scores\.ts/],
    [['run', 'score.ts#score', '--onn', 'local:'], /no option --onn\. Did you mean --on\?/],
    [['run', 'score.ts#score', '--on'], /--on needs a value: TARGET/],
    [['run', 'score.ts#score', '--json=1'], /--json takes no value/],
    [['run', 'score.ts#score', '3'], /"3" is one word too many\. .*behind `--`/],
    [['run', 'score.ts#score', '--timeout', 'soon'], /--timeout has to be a number/],
    [['run', 'score.ts#score', '--env', 'NOWHERE_SET'], /NOWHERE_SET is not set here/],
    [['pack', 'score.ts'], /-o is missing/],
    [['run', '.'], /is a directory\. Name a file in it/],
    [['cache', 'ls', '--max-age', '3'], /cache ls has no option --max-age/],
    [['cache', 'clear', '--max-size', '3'], /cache clear has no option --max-size/],
    [['cache', 'lst'], /cache has no lst\. Did you mean ls\?/],
  ]
  for (const [args, said] of mistakes) {
    test(`that mean nothing say what would: ${args.join(' ')}`, async () => {
      ended(await project.cli(args), { code: 2, stderr: said })
    })
  }

  test('have help for each command, with examples', async () => {
    const overview = await project.cli([])
    const commands = [...overview.stdout.matchAll(/^ {2}([a-z]+) +[A-Z]/gm)].map(match => match[1]!)
    assert.ok(commands.length >= 5, overview.stdout)
    for (const command of commands) {
      const { stdout, code } = await project.cli([command, '--help'])
      assert.equal(code, 0)
      assert.match(stdout, new RegExp(`Usage: modulepickle ${command} [^]*Examples:\n {2}# `))
    }
  })

  test('tell the version', async () => assert.match((await project.cli(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/))

  test('explain what would ship', async () => {
    const { stdout, code } = await project.cli(['explain', 'score.ts#score'])
    assert.equal(code, 0)
    assert.match(stdout, /score {2}by reference: [^]*shop in /)
    const json = JSON.parse((await project.cli(['explain', 'score.ts', '--json'])).stdout) as { snapshots: unknown[] }
    assert.equal(json.snapshots.length, 1)
    ended(await project.cli(['explain', 'score.ts#scor']), { code: 2, stderr: /Did you mean score\?/ })
  })

  test('list and clear the cache', async () => {
    await project.cli(['run', 'score.ts#score'])
    assert.match((await project.cli(['cache', 'ls'])).stdout, /^[0-9a-f]{16} +\d.*\n[^]* snapshots, /)
    const { stdout } = await project.cli(['cache', 'gc', '--max-size', '0', '--dry-run'])
    assert.match(stdout, /^Would remove [1-9]\d* snapshots .* Objects of the last hour stay: \d/)
    assert.match((await project.cli(['cache', 'clear'])).stdout, /^Removed [1-9]\d* snapshots and /)
    assert.match((await project.cli(['cache', 'ls'])).stdout, /: 0 snapshots, /)
  })
})
