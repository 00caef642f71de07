/** The same calls on piscina, whose workers are threads and whose task has to be a file. */
import path from 'node:path'
import { serialize } from 'node:v8'
import { Piscina } from 'piscina'
import { callFigures } from '../harness/call-figures.ts'

const filename = path.join(import.meta.dirname, 'piscina-task.mjs')
const figures = await callFigures('piscina', () => {
  const pool = new Piscina({ filename, minThreads: 2, maxThreads: 2 })
  return {
    increment: value => pool.run(value),
    echo: array => pool.run(array, { name: 'echo' }),
    close: () => pool.destroy(),
  }
})
console.log(JSON.stringify({ ...figures, 'piscina bytes': serialize(1).length }))
