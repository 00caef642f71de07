/** The same calls on tinypool, which vitest uses: threads, and a file for a task. */
import path from 'node:path'
import { Tinypool } from 'tinypool'
import { callFigures } from '../harness/call-figures.ts'

const filename = path.join(import.meta.dirname, 'piscina-task.mjs')
const figures = await callFigures('tinypool', () => {
  const pool = new Tinypool({ filename, minThreads: 2, maxThreads: 2 })
  return {
    increment: value => pool.run(value),
    echo: array => pool.run(array, { name: 'echo' }),
    close: () => pool.destroy(),
  }
})
console.log(JSON.stringify(figures))
