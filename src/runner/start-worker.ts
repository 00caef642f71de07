/**
 * One worker of a container: the same program as anywhere, its streams carried by channels.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'
import type { Duplex, Readable } from 'node:stream'
import type { Channels } from '../protocol/channels.ts'
import { firstEvent } from '../protocol/first-event.ts'
import { readSoFar, type OutputPipe } from '../protocol/read-so-far.ts'
import { channelsOf } from '../protocol/runner-messages.ts'
import type { Home } from './home.ts'

interface End {
  readonly code: number | null
  readonly signal: string | null
  readonly failure: string | null
}

interface Surroundings {
  readonly home: Promise<Home>
  /** In the place of an empty one. */
  readonly directory: string | undefined
  /** Added to the environment. */
  readonly env: NodeJS.ProcessEnv
  /** No worker outlives this process: none need watch for its end. */
  readonly isAttended: boolean
}

export interface StartedWorker {
  /** Settles when all that it had to say has been passed on. */
  readonly ended: Promise<End>
  kill(): void
}

/** What this process itself evaluates is not for workers. */
const options = process.execArgv.slice(0, -2)

/** A process that code has left behind may hold the pipes open: what is in them by then is all that is waited for. */
const lastWordsMs = 100

export function startWorker(number: number, channels: Channels, surroundings: Surroundings): StartedWorker {
  const numbers = channelsOf(number)
  // At once, as the sender may have said more already.
  const [conversation, stdout, stderr] = [
    channels.open(numbers.conversation),
    channels.open(numbers.stdout),
    channels.open(numbers.stderr),
  ]
  let kill = (): void => {}
  const killed = new Promise<void>(resolve => (kill = resolve))
  return { ended: run(), kill }

  async function run(): Promise<End> {
    try {
      const home = await surroundings.home
      const child = spawnWorker(`worker-${process.pid}-${number}`, home, surroundings)
      void killed.then(() => child.process.kill('SIGKILL'))
      conversation.pipe(child.conversation)
      return await untilEnd(child, [
        carry(child.stdout, stdout),
        carry(child.stderr, stderr),
        // What was printed before arrives before.
        carry(child.conversation, conversation, () => readSoFar([child.stdout, child.stderr])),
      ])
    } catch (error) {
      for (const channel of [conversation, stdout, stderr]) channel.destroy()
      return { code: null, signal: null, failure: (error as Error).message }
    }
  }
}

interface Spawned {
  readonly process: ChildProcess
  readonly stdout: OutputPipe
  readonly stderr: OutputPipe
  readonly conversation: Duplex
  readonly lifeline: Duplex
  readonly scratch: string | undefined
}

function spawnWorker(name: string, home: Home, { directory, env, isAttended }: Surroundings): Spawned {
  const scratch = directory === undefined ? path.join(home.directory, name) : undefined
  const args = [...(isAttended ? ['--attended'] : []), ...(scratch === undefined ? [] : [scratch])]
  const child = spawn(process.execPath, [...options, home.program, ...args], {
    cwd: directory ?? home.directory,
    env: { MODULEPICKLE_CACHE: path.join(home.directory, 'cache'), ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
  })
  const [, stdout, stderr, conversation, lifeline] = child.stdio as unknown as FiveStreams
  lifeline.on('error', () => {})
  return { process: child, stdout, stderr, conversation, lifeline, scratch }
}

type FiveStreams = readonly [null, stdout: OutputPipe, stderr: OutputPipe, conversation: Duplex, lifeline: Duplex]

async function untilEnd(child: Spawned, carried: readonly Promise<void>[]): Promise<End> {
  const end = await new Promise<End>(resolve => {
    child.process.once('error', error => resolve({ code: null, signal: null, failure: error.message }))
    child.process.once('exit', (code, signal) => resolve({ code, signal, failure: null }))
  })
  const patience = setTimeout(() => {
    for (const pipe of [child.stdout, child.stderr, child.conversation]) pipe.destroy()
  }, lastWordsMs)
  await Promise.all(carried)
  clearTimeout(patience)
  child.lifeline.destroy()
  if (child.scratch !== undefined) removeQuietly(child.scratch)
  return end
}

/** Settles when the channel has taken everything, and its end. Each piece is written when `ready` says so. */
function carry(from: Readable, to: Duplex, ready?: () => Promise<void>): Promise<void> {
  let passed = Promise.resolve()
  const pass = async (chunk: Buffer): Promise<void> => {
    if (ready) {
      from.pause()
      await ready()
    }
    if (!to.write(chunk) && !to.destroyed) {
      from.pause()
      await firstEvent(to, ['drain', 'close'])
    }
    from.resume()
  }
  return new Promise(resolve => {
    from.on('error', () => {})
    to.on('error', () => {})
    from.on('data', (chunk: Buffer) => (passed = pass(chunk)))
    from.once('close', async () => {
      await passed
      to.end(() => {
        to.destroy()
        resolve()
      })
    })
  })
}

/** Code can take its own rights away; the directory is then gone with the container. */
function removeQuietly(directory: string): void {
  try {
    rmSync(directory, { recursive: true, force: true })
  } catch (error) {
    process.stderr.write(`${directory} is left behind: ${String(error)}\n`)
  }
}
