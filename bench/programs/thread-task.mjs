/** The thread. */
import { parentPort } from 'node:worker_threads'

parentPort.on('message', message => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- not a window
  parentPort.postMessage(typeof message === 'number' ? message + 1 : message)
})
