/** Messages to threads and back, by nothing but postMessage. */
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { callFigures } from '../harness/call-figures.ts'
import { rawCallee } from './raw-callee.ts'

const file = path.join(import.meta.dirname, 'thread-task.mjs')
const figures = await callFigures('threads', () =>
  rawCallee(() => {
    const worker = new Worker(file)
    return {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- not a window
      send: message => worker.postMessage(message),
      onMessage: take => worker.on('message', take),
      end: () => worker.terminate(),
    }
  }),
)
console.log(JSON.stringify(figures))
