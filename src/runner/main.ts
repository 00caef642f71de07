/**
 * The program that a container runs: starts workers and carries their streams, over its own stdin and stdout.
 *
 * It runs no code of calls, so nothing that such code prints, and no way in which it ends its process, touches the
 * conversations of others. Ends, and all its workers with it, when its stdin does: then the sender is gone.
 * It is the text that Node is given to evaluate. Its arguments are whose the container is (`own`: it ends when this process does, however
 * that ends; `guest`), a name for the directory where it keeps things and, if there is a third, the directory that workers work in, in the
 * place of an empty one each.
 */
import { Socket } from 'node:net'
import os from 'node:os'
import type { Readable } from 'node:stream'
import { Channels } from '../protocol/channels.ts'
import { parseMessage, programChannel, type FromRunner, type ToRunner } from '../protocol/runner-messages.ts'
import { makeHome, type Home } from './home.ts'
import { MemoryWatch } from './memory-watch.ts'
import { startWorker, type StartedWorker } from './start-worker.ts'

const [, whose, name = '', directory] = process.argv
const workers = new Map<number, StartedWorker>()
const memory = new MemoryWatch()
const channels = new Channels(text => take(parseMessage<ToRunner>(text, ['start', 'kill'])))

const home = receiveHome(channels.open(programChannel))
home.catch(() => {})

const input = new Socket({ fd: 0, readable: true, writable: false })
const output = new Socket({ fd: 1, readable: false, writable: true })
for (const stream of [input, output]) {
  stream.on('error', () => {})
  stream.on('close', end)
}
// As process 1 of a container it would not be ended by them.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end)

channels.connect(input, output)
say({ kind: 'hello', node: process.version, parallelism: os.availableParallelism?.() ?? os.cpus().length })

function take(message: ToRunner): void {
  if (message.kind === 'kill') workers.get(message.worker)?.kill()
  else start(message.worker, message.env)
}

async function receiveHome(program: Readable): Promise<Home> {
  const pieces: Buffer[] = []
  for await (const piece of program) pieces.push(piece as Buffer)
  return makeHome(name, Buffer.concat(pieces))
}

function start(number: number, env: NodeJS.ProcessEnv): void {
  const worker = startWorker(number, channels, { home, directory, env, isAttended: whose === 'own' })
  workers.set(number, worker)
  void worker.ended.then(({ code, signal, failure }) => {
    workers.delete(number)
    const wantOfMemory = signal === 'SIGKILL' && memory.hasKilled()
    say({ kind: 'exited', worker: number, code, signal, failure, wantOfMemory })
  })
}

function say(message: FromRunner): void {
  channels.send(JSON.stringify(message))
}

function end(): void {
  for (const worker of workers.values()) worker.kill()
  process.exit()
}
