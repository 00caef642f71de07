/** The processes behind `local:`: how they end, what their ends do to calls, and that none is left over. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { after, before, suite, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { LocalProject } from '../support/local-project.ts'

interface Failure {
  readonly name: string
  readonly message: string
  readonly code?: string
  readonly returned?: unknown
}

suite('workers of one program', () => {
  let project: LocalProject
  let seen: Readonly<Record<string, Failure>> & { readonly stderr: string }

  before(async () => {
    project = new LocalProject()
    seen = await project.seen('workers')
  })

  after(() => project.remove())

  test('serve one call after the other', () => assert.equal(seen['warm'], true))

  test('process.exit() ends its call, says so, and the worker is replaced', () => {
    assert.equal(seen['exit']?.code, 'ERR_WORKER_LOST')
    assert.match(seen['exit']?.message ?? '', /process\.exit\(3\)[^]*going down/)
    assert.equal(seen['replaced'], true)
  })

  test('a signal ends a call by code, with the last lines of stderr', () => {
    assert.equal(seen['killed']?.code, 'ERR_WORKER_LOST')
    assert.match(seen['killed']?.message ?? '', /SIGKILL[^]*last words/)
  })

  test('an exception that nobody catches is the error of its call', () => {
    assert.deepEqual(seen['uncaught'], { name: 'RangeError', message: 'in a timer' })
  })

  test('so is a rejection that nobody handles', () => {
    assert.deepEqual(seen['unhandled'], { name: 'RangeError', message: 'nobody cares' })
  })

  test('what a finished call has left behind does no harm to the next', () => {
    assert.deepEqual(seen['left over'], { returned: 'the next call works: yes' })
    assert.match(seen.stderr, /^\[process \d+\] .*too late$/m)
  })

  test('a call can be cancelled, also in a busy loop, also before it has begun', () => {
    assert.equal(seen['cancelled while busy']?.code, 'ERR_CALL_CANCELLED')
    assert.equal(seen['cancelled while waiting']?.code, 'ERR_CALL_CANCELLED')
    assert.equal(seen['works after all this'], 'yes')
  })

  test('a call that is cancelled when it is as good as done leaves its worker as it is', () => {
    assert.equal(seen['cancelled when done']?.code, 'ERR_CALL_CANCELLED')
    assert.equal(seen['workers after that'], 1)
  })

  test('what a call prints is kept, and echoed to stderr with its name', () => {
    assert.deepEqual(seen['logs'], [
      { stream: 'stdout', text: 'out', end: '\n' },
      { stream: 'stderr', text: 'err', end: '\n' },
      { stream: 'stdout', text: 'no line break', end: '' },
    ])
    assert.match(seen.stderr, /^\[call 13\] out\n\[call 13\] err\n\[call 13\] no line break$/m)
  })

  test('of much output the end is kept, complete when the call is over', () => {
    assert.deepEqual(seen['flood'], [1000, '29999'])
  })

  test('close() waits for calls, and leaves no worker', () => {
    assert.equal(seen['close waits'], 'slow')
    assert.equal(seen['workers at the end'], 0)
  })

  test('close() by force, or when its time is up, ends them', () => {
    for (const call of ['forced, running', 'forced, waiting', 'timed out']) {
      assert.equal(seen[call]?.code, 'ERR_EXECUTOR_CLOSED', call)
    }
  })

  test('that cannot start are an error and not an endless wait', () => {
    assert.equal(seen['cannot start']?.code, 'ERR_WORKER_START')
    assert.match(seen['cannot start']?.message ?? '', /no-such-option/)
  })
})

suite('workers that cannot take calls', () => {
  let project: LocalProject
  let seen: Readonly<Record<string, Failure>>
  let printed: string

  before(async () => {
    project = new LocalProject()
    project.write({ file: '', 'open/x': '', 'spoiled/tmp/x': '', 'spoiled/runtime': '' })
    chmodSync(project.path('open'), 0o777)
    const places = {
      'a file': { MODULEPICKLE_CACHE: project.path('file') },
      'open to all': { MODULEPICKLE_CACHE: project.path('open') },
      'cannot be written': { MODULEPICKLE_CACHE: project.path('spoiled') },
      'no temporary directory': { TMPDIR: project.path('missing') },
      'temporary directory is a file': { TMPDIR: project.path('file') },
    }
    const { stdout, stderr } = await project.run('type stripping', 'unready.ts', [JSON.stringify(places)], {
      MODULEPICKLE_CACHE: project.cache,
    })
    assert.ok(stdout.startsWith('{'), stderr)
    seen = JSON.parse(stdout) as typeof seen
    printed = stderr
  })

  after(() => project.remove())

  for (const [what, code, message] of [
    ['a file', 'ERR_CACHE_UNSAFE', /file cannot be created|file is not a directory/],
    ['open to all', 'ERR_CACHE_UNSAFE', /open can be written by others \(mode 777\)/],
    ['cannot be written', 'ERR_MATERIALIZE', /spoiled\/runtime\/\w+ cannot be written: E/],
  ] as const) {
    test(`because of a cache that is ${what}, say so with its code and its advice`, () => {
      assert.equal(seen[what]?.code, code)
      assert.match(seen[what]?.message ?? '', message)
      assert.match(seen[what]?.message ?? '', /in MODULEPICKLE_CACHE\.$/)
    })
  }

  test('because there is no temporary directory, name it', () => {
    for (const what of ['no temporary directory', 'temporary directory is a file']) {
      assert.equal(seen[what]?.code, 'ERR_WORKER_START', what)
      assert.match(seen[what]?.message ?? '', /There is no directory .*\/(?:missing|file) for it .*TMPDIR\.$/, what)
    }
  })

  test('print nothing besides', () => assert.equal(printed, ''))
})

suite('close()', () => {
  let project: LocalProject
  let seen: Readonly<Record<string, unknown>>

  before(async () => {
    project = new LocalProject()
    seen = await project.seen('closing')
  })

  after(() => project.remove())

  test('waits for maps that are under way, and starts nothing else', () => {
    assert.deepEqual(seen['a map under way'], [2, 4, 6, 8])
    assert.deepEqual(seen['another'], [2, 4, 6, 8])
    assert.equal(seen['one that begins too late'], 'ERR_EXECUTOR_CLOSED')
    assert.equal(seen['a call'], 'ERR_EXECUTOR_CLOSED')
  })

  test('waits no longer for a map when that is returned, or by force', () => {
    assert.equal(seen['a map that was returned'], 0)
    assert.equal(seen['a map that nobody goes on with'], 'ERR_EXECUTOR_CLOSED')
    assert.equal(seen['an endless one, forced'], 0)
  })
})

suite('a worker that ends between two calls', () => {
  let project: LocalProject
  let seen: Readonly<Record<string, unknown>>

  before(async () => {
    project = new LocalProject()
    seen = await project.seen('left-behind')
  })

  after(() => project.remove())

  test('does not take a call with it that has not begun: another worker runs it', () => {
    assert.deepEqual([seen['an exception'], seen['an end']], [true, true])
  })

  test('is not mistaken for one whose call has begun, which is never repeated', () => {
    assert.match(String(seen['a call that ends its worker']), /SIGKILL before the call was done/)
    assert.equal(seen['ran'], 1)
  })

  test('is replaced only so often for one call', () => {
    assert.match(String(seen['no worker begins']), /exited with code 5 before it began with the call/)
  })
})

suite('workers and the end of their program', () => {
  let project: LocalProject

  before(() => (project = new LocalProject()))
  after(() => project.remove())

  test('idle ones let it end, and leave nothing behind', async () => {
    const { pid, directory, results } = await project.seen<{ pid: number; directory: string; results: number[] }>(
      'unclosed',
    )
    assert.deepEqual(results, [2, 3, 4])
    await untilGone(pid, directory)
  })

  test('one whose directory cannot be removed does no harm to its program', async () => {
    const { stdout, stderr, code } = await project.start('unremovable')
    rmSync(`${project.cache}-tmp`)
    assert.deepEqual([code, stderr], [0, ''], stdout)
  })

  test('nor does it live on when its program is gone', async () => {
    const program = startProgram(project, 'unremovable.ts', ['busy'])
    const { pid } = JSON.parse(await firstLine(program)) as { pid: number }
    await wait(100)
    program.kill('SIGKILL')
    await untilGone(pid)
    rmSync(`${project.cache}-tmp`)
  })

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
    test(`${signal} to the program ends idle and busy ones, and their directories`, async () => {
      const program = startProgram(project, 'abandoned.ts')
      const workers = JSON.parse(await firstLine(program)) as { pid: number; directory: string }[]
      assert.equal(workers.length, 2)
      program.kill(signal)
      for (const { pid, directory } of workers) await untilGone(pid, directory)
    })
  }
})

suite('a signal to a program and its workers at once', () => {
  let project: LocalProject

  before(() => (project = new LocalProject()))
  after(() => project.remove())

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    test(`${signal} leaves no directory behind, whenever it comes`, async () => {
      const temporary = `${project.directory}/${signal}`
      mkdirSync(temporary)
      for (const delayMs of [0, 40, 80, 120, 200, 400]) {
        const program = startProgram(project, 'interrupted.ts', [], { detached: true, temporary })
        const workers = JSON.parse(await firstLine(program)) as number
        await wait(delayMs)
        process.kill(-(program.pid ?? 0), signal)
        await once(program, 'close')
        assert.equal(workers, 2)
      }
      // Workers that were starting end when they see that nobody is there.
      for (let left = 100; left > 0 && readdirSync(temporary).length > 0; left--) await wait(50)
      assert.deepEqual(readdirSync(temporary), [])
    })
  }
})

test('a program and its workers that are killed at once leave directories that the next program removes', async () => {
  const project = new LocalProject()
  try {
    const temporary = `${project.directory}/tmp`
    mkdirSync(temporary)
    const program = startProgram(project, 'abandoned.ts', [], { detached: true, temporary })
    await firstLine(program)
    process.kill(-(program.pid ?? 0), 'SIGKILL')
    await once(program, 'close')
    assert.ok(readdirSync(temporary).length > 0)
    await project.seen('unclosed', { TMPDIR: temporary })
    for (let left = 100; left > 0 && readdirSync(temporary).length > 0; left--) await wait(50)
    assert.deepEqual(readdirSync(temporary), [])
  } finally {
    project.remove()
  }
})

function startProgram(
  project: LocalProject,
  program: string,
  args: readonly string[] = [],
  { detached = false, temporary = tmpdir() } = {},
): ChildProcess {
  return spawn(process.execPath, [program, ...args], {
    cwd: project.directory,
    env: { ...process.env, MODULEPICKLE_CACHE: project.cache, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached,
  })
}

async function firstLine(program: ChildProcess): Promise<string> {
  let output = ''
  for await (const chunk of program.stdout ?? []) {
    output += String(chunk)
    if (output.includes('\n')) break
  }
  return output
}

async function untilGone(pid: number, directory?: string): Promise<void> {
  const isLeft = (): boolean => directory !== undefined && existsSync(directory)
  const deadline = Date.now() + 10_000
  while ((isAlive(pid) || isLeft()) && Date.now() < deadline) await wait(50)
  assert.ok(!isAlive(pid), `worker ${pid} still runs`)
  assert.ok(!isLeft(), `${directory} is still there`)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
