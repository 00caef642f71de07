/** Calls of a trivial closure on workers of this machine: started, one after the other, and as fast as they go. */
import { connect, type Executor } from '../../dist/index.js'
import { callFigures } from '../harness/call-figures.ts'
import { timeWarmAsync } from '../harness/timing.ts'
import { makeEcho, makeTrivial } from './closures.ts'

let started: Executor | undefined
const figures = await callFigures('ours', async () => {
  const pool = (started = await connect('local:', { workers: 2 }))
  return {
    increment: pool.remote(makeTrivial()),
    incrementAll: (items, concurrency) => pool.map(makeTrivial(), items, { concurrency }).toArray(),
    echo: pool.remote(makeEcho()),
    close: () => {},
  }
})
const pool = started!
const run = await timeWarmAsync(() => pool.run(makeTrivial(), 1))
const remote = pool.remote(makeTrivial())
await remote(1)
const sizes = {
  'run bytes': await bytesOf(() => pool.run(makeTrivial(), 1)),
  'remote bytes': await bytesOf(() => remote(1)),
}
await pool.close()
console.log(JSON.stringify({ ...figures, run, ...sizes }))

async function bytesOf(calls: () => Promise<unknown>): Promise<number> {
  const before = pool.stats().bytesSent
  await calls()
  return pool.stats().bytesSent - before
}
