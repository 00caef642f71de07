/** The same calls on piscina, whose workers are threads and whose task has to be a file. */
import path from 'node:path'
import { serialize } from 'node:v8'
import { Piscina } from 'piscina'
import { timeOnce, timeWarmAsync } from '../harness/timing.ts'

const items = Array.from({ length: 500 }, (_, index) => index)
const filename = path.join(import.meta.dirname, 'piscina-task.mjs')
let pool: Piscina | undefined
const run = (value: number): Promise<unknown> => pool!.run(value)

const first = await timeOnce(() => {
  pool = new Piscina({ filename, minThreads: 2, maxThreads: 2 })
  return run(1)
})
const figures = {
  'piscina, first run': first,
  'piscina run': await timeWarmAsync(() => run(1)),
  'piscina, 2 at a time': (await timeWarmAsync(() => inTurn(2))) / items.length,
  'piscina, 64 at a time': (await timeWarmAsync(() => inTurn(64))) / items.length,
  'piscina bytes': serialize(1).length,
}
await pool!.destroy()
console.log(JSON.stringify(figures))

/** All items, so many at a time. */
async function inTurn(concurrency: number): Promise<void> {
  const rest = items.values()
  const lane = async (): Promise<void> => {
    for (const item of rest) await run(item)
  }
  await Promise.all(Array.from({ length: concurrency }, lane))
}
