/** The same calls on workerpool, on threads, with the functions in a file. */
import path from 'node:path'
import { pool } from 'workerpool'
import { callFigures } from '../harness/call-figures.ts'

const script = path.join(import.meta.dirname, 'workerpool-task.mjs')
const figures = await callFigures('workerpool', () => {
  const workers = pool(script, { maxWorkers: 2, workerType: 'thread' })
  return {
    increment: value => workers.exec('increment', [value]),
    echo: array => workers.exec('echo', [array]),
    close: () => workers.terminate(),
  }
})
console.log(JSON.stringify(figures))
