/**
 * One worker of a container: the same program as anywhere, its streams carried by channels.
 */
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'
import type { Duplex, Readable } from 'node:stream'
import type { Channels } from '../protocol/channels.ts'
import { firstEvent } from '../protocol/first-event.ts'
import { readSoFar } from '../protocol/read-so-far.ts'
import { channelsOf } from '../protocol/runner-messages.ts'

interface End {
  readonly code: number | null
  readonly signal: string | null
  readonly failure: string | null
}

interface Surroundings {
  /** In the place of an empty one. */
  readonly directory: string | undefined
  /** Added to the environment. */
  readonly env: NodeJS.ProcessEnv
}

export interface StartedWorker {
  /** Settles when all that it had to say has been passed on. */
  readonly ended: Promise<End>
  kill(): void
}

/** As the sender has put it there: this program, the worker's, and a directory where every user may make directories. */
const installed = path.dirname(process.argv[1] as string)
const program = path.join(installed, 'worker.mjs')
const common = path.join(installed, 'work')

/** A process that code has left behind may hold the pipes open: what is in them by then is all that is waited for. */
const lastWordsMs = 100

export function startWorker(number: number, channels: Channels, { directory, env }: Surroundings): StartedWorker {
  const numbers = channelsOf(number)
  const scratch = directory === undefined ? path.join(common, `worker-${process.pid}-${number}`) : undefined
  const child = spawn(process.execPath, [...process.execArgv, program, ...(scratch === undefined ? [] : [scratch])], {
    cwd: directory ?? common,
    env: { MODULEPICKLE_CACHE: path.join(common, `cache-${process.getuid?.() ?? 0}`), ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
  })
  const [, stdout, stderr, conversation, lifeline] = child.stdio as unknown as [
    null,
    Readable,
    Readable,
    Duplex,
    Duplex,
  ]
  const open = channels.open(numbers.conversation)
  const output = [stdout, stderr]
  const carried = [
    carry(stdout, channels.open(numbers.stdout)),
    carry(stderr, channels.open(numbers.stderr)),
    // What was printed before arrives before.
    carry(conversation, open, () => readSoFar(output)),
  ]
  open.pipe(conversation)
  lifeline.on('error', () => {})
  return { ended: untilEnd(), kill: () => child.kill('SIGKILL') }

  async function untilEnd(): Promise<End> {
    const end = await new Promise<End>(resolve => {
      child.once('error', error => resolve({ code: null, signal: null, failure: error.message }))
      child.once('exit', (code, signal) => resolve({ code, signal, failure: null }))
    })
    const patience = setTimeout(() => {
      for (const pipe of [stdout, stderr, conversation]) pipe.destroy()
    }, lastWordsMs)
    await Promise.all(carried)
    clearTimeout(patience)
    lifeline.destroy()
    if (scratch !== undefined) removeQuietly(scratch)
    return end
  }
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
