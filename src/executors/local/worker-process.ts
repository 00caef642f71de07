/**
 * A worker as a process of this machine: the conversation on a pipe of its own, stdout and stderr for the code that runs.
 *
 * It is not told where the sender's files are: it makes itself an empty directory, its environment has no module paths.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { statSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Duplex, Readable } from 'node:stream'
import { ModulePickleError } from '../../errors.ts'
import { conversationKeyVariable, readSoFar, SignedStream } from '../../protocol/index.ts'
import { keyVariable } from '../conversation-key.ts'
import type { LineSplitter, LogLine } from '../logs.ts'
import { builtFile } from '../own-package.ts'
import { readLines } from '../read-lines.ts'
import type { WorkerEnd, WorkerTransport } from '../transport.ts'
import { workerArguments, workerEnvironment, type EnvironmentChanges, type Inspect } from './environment.ts'
import { nameScratchDirectory, removeScratchDirectory } from './scratch-directory.ts'
import { clearTimeout, setTimeout } from '../../timers.ts'

interface LocalWorkerOptions {
  readonly env?: EnvironmentChanges
  /** The worker's directory, instead of an empty one of its own. */
  readonly cwd?: string
  /** What the conversation is signed with. */
  readonly key?: Uint8Array | undefined
  readonly inspect?: Inspect
}

const program = builtFile('local-worker.js')

export class WorkerProcess implements WorkerTransport {
  readonly stream: Duplex
  readonly name: string
  readonly isPatient: boolean
  readonly ended: Promise<WorkerEnd>
  onLine: WorkerTransport['onLine'] = () => undefined
  readonly #process: ChildProcess
  readonly #socket: Socket
  readonly #output: readonly Socket[]
  readonly #splitters: readonly LineSplitter[]

  /** @throws ModulePickleError ERR_WORKER_START; what else goes wrong shows in `ended` */
  constructor({ env, cwd: chosen, inspect, key }: LocalWorkerOptions) {
    const cwd = path.resolve(chosen ?? tmpdir())
    const scratch = chosen === undefined ? nameScratchDirectory(cwd) : undefined
    const args = [...workerArguments(inspect), program, ...(scratch === undefined ? [] : [scratch])]
    this.#process = spawnWorker(args, cwd, { ...env, [conversationKeyVariable]: undefined, ...keyVariable(key) })
    this.isPatient = inspect === 'wait'
    this.name = `process ${this.#process.pid ?? '(none)'}`
    const [, stdout, stderr, socket, lifeline] = this.#process.stdio as unknown as FiveStreams
    this.#socket = socket
    this.stream = key ? new SignedStream(socket, key, 'sender') : socket
    this.#output = [stdout, stderr]
    this.#splitters = [this.#split(stdout, 'stdout'), this.#split(stderr, 'stderr')]
    for (const pipe of [stdout, stderr, lifeline]) {
      pipe.on('error', () => {})
      pipe.unref()
    }
    // Nothing comes, but only who reads sees the end.
    lifeline.resume()
    this.ended = this.#untilEnd(scratch, cwd, [stdout, stderr, socket, lifeline])
  }

  caughtUp(): Promise<void> {
    return readSoFar(this.#output)
  }

  flushLines(): void {
    for (const splitter of this.#splitters) splitter.flush()
  }

  hold(isHeld: boolean): void {
    if (isHeld) {
      this.#process.ref()
      this.#socket.ref()
    } else {
      this.#process.unref()
      this.#socket.unref()
    }
  }

  kill(): void {
    this.#process.kill('SIGKILL')
  }

  #split(source: Readable, stream: LogLine['stream']): LineSplitter {
    return readLines(source, stream, line => this.onLine(line))
  }

  async #untilEnd(scratch: string | undefined, cwd: string, pipes: readonly Socket[]): Promise<WorkerEnd> {
    const child = this.#process
    const closed = new Promise(resolve => child.once('close', resolve))
    const end = await new Promise<WorkerEnd>(resolve => {
      child.once('error', failure => resolve({ code: null, signal: null, failure: explain(failure, cwd) }))
      child.once('exit', (code, signal) => resolve({ code, signal }))
    })
    // A process that the code has started may hold the pipes open: what is in them by now is all that is waited for.
    let patience: NodeJS.Timeout | undefined
    await Promise.race([closed, new Promise(resolve => (patience = setTimeout(resolve, lastWordsMs)))])
    clearTimeout(patience)
    // Who takes lines slowly gets them all the same, unless nobody wants the call any more.
    if (!child.killed) await readSoFar(this.#output)
    this.flushLines()
    for (const pipe of pipes) pipe.destroy()
    if (scratch !== undefined) await removeScratchDirectory(scratch)
    return end
  }
}

type FiveStreams = readonly [stdin: null, stdout: Socket, stderr: Socket, conversation: Socket, lifeline: Socket]

const lastWordsMs = 100

function spawnWorker(args: readonly string[], cwd: string, env: EnvironmentChanges | undefined): ChildProcess {
  let child: ChildProcess
  try {
    child = spawn(process.execPath, args, {
      cwd,
      env: workerEnvironment(env),
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
      windowsHide: true,
    })
  } catch (error) {
    throw notStarted(explain(error as Error, cwd).message, error)
  }
  if (hasPipes(child)) return child
  // Node tells of it by an event, too, which is thrown where nobody listens.
  child.once('error', () => {})
  throw notStarted(
    'This process has as many files open as it may: close some, let it have more (`ulimit -n`), or use fewer `workers`',
  )
}

/** Node gives a child none where no file descriptors are left for them. */
function hasPipes(child: { readonly stdio?: unknown }): boolean {
  return child.stdio !== undefined
}

function notStarted(why: string, cause?: unknown): ModulePickleError {
  return new ModulePickleError('ERR_WORKER_START', `A worker could not be started. ${why}.`, { cause })
}

/** Node names its own binary where the directory is missing. */
function explain(failure: Error, cwd: string): Error {
  const isDirectory = statSync(cwd, { throwIfNoEntry: false })?.isDirectory() ?? false
  if (isDirectory) return failure
  const what = `There is no directory ${cwd} for it to work in. Make it, or name another one in \`cwd\` or TMPDIR`
  return new Error(what, { cause: failure })
}
