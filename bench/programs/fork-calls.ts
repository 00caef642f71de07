/** Messages to forked processes and back, by Node's own channel with V8's serialization: the least that a call in another process can cost. */
import { fork } from 'node:child_process'
import path from 'node:path'
import { serialize } from 'node:v8'
import { callFigures } from '../harness/call-figures.ts'
import { rawCallee } from './raw-callee.ts'

const file = path.join(import.meta.dirname, 'fork-task.mjs')
const figures = await callFigures('fork', () =>
  rawCallee(() => {
    const child = fork(file, { execArgv: [], serialization: 'advanced' })
    return {
      send: message => child.send(message as never),
      onMessage: take => child.on('message', take),
      end: () => child.disconnect(),
    }
  }),
)
console.log(JSON.stringify({ ...figures, 'fork bytes': serialize(1).length + 4 }))
