/**
 * Ends this process soon after its sender is gone, also while it is busy in a loop that never ends.
 *
 * A thread of its own waits for the end of a pipe that the sender holds open and never writes to. An idle process has ended
 * by itself before the thread does anything.
 */
import { once } from 'node:events'
import { SHARE_ENV, Worker } from 'node:worker_threads'

const lifeline = 4
const graceMs = 500

// Plain JavaScript as text: the program is one file, and the thread must load nothing of it.
const program = `
const { rmSync } = require('node:fs')
const { Socket } = require('node:net')
const { workerData } = require('node:worker_threads')
const sender = new Socket({ fd: workerData.fd })
sender.on('error', () => {})
sender.on('close', () => setTimeout(() => {
  try {
    if (workerData.scratch !== undefined) rmSync(workerData.scratch, { recursive: true, force: true })
  } finally {
    process.kill(process.pid, 'SIGKILL')
  }
}, workerData.graceMs))
sender.resume()
`

/**
 * `scratch` is a directory that nobody needs once this process has ended. Settles when the thread watches: code
 * that takes away the directory which this process works in would keep it from starting.
 */
export async function watchSender(scratch: string | undefined): Promise<void> {
  const watching = new Worker(program, {
    eval: true,
    workerData: { fd: lifeline, scratch, graceMs },
    execArgv: [],
    env: SHARE_ENV,
    stdout: false,
    stderr: false,
  })
  const online = once(watching, 'online')
  watching.unref()
  await online
}
