/**
 * Bytes to another process and back over a socket, and nothing else: as many bytes and writes as a call of a worker has. What is above this
 * is work; below it is the kernel's time, and that of Node's streams.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { Duplex } from 'node:stream'
import { timeWarmAsync } from '../harness/timing.ts'

const answerBytes = 160

const file = path.join(import.meta.dirname, 'socket-task.mjs')
const child = spawn(process.execPath, [file], { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] })
const socket = child.stdio[3] as Duplex
const message = Buffer.alloc(128)
let missing = 0
let answered = (): void => {}
socket.on('data', (chunk: Buffer) => {
  missing -= chunk.byteLength
  if (missing === 0) answered()
})
const one = await timeWarmAsync(
  () =>
    new Promise<void>(resolve => {
      answered = resolve
      missing = answerBytes
      socket.write(message)
    }),
)
socket.end()
await once(child, 'exit')
console.log(JSON.stringify({ 'socket, one': one }))
