/** Calls of a trivial closure on workers of this machine: started, one after the other, and as fast as they go. */
import { connect } from '../../dist/index.js'
import { timeOnce, timeWarmAsync } from '../harness/timing.ts'
import { makeTrivial } from './closures.ts'

const items = Array.from({ length: 500 }, (_, index) => index)
const pool = await connect('local:', { workers: 2 })

const first = await timeOnce(() => pool.run(makeTrivial(), 1))
const run = await timeWarmAsync(() => pool.run(makeTrivial(), 1))
const runBytes = await bytesOf(() => pool.run(makeTrivial(), 1))
const remote = pool.remote(makeTrivial())
const remoteTime = await timeWarmAsync(() => remote(1))
const remoteBytes = await bytesOf(() => remote(1))
const mapAll = (concurrency: number): Promise<number[]> => pool.map(makeTrivial(), items, { concurrency }).toArray()
const map = (await timeWarmAsync(() => mapAll(2))) / items.length
const wideMap = (await timeWarmAsync(() => mapAll(64))) / items.length
const mapBytes = (await bytesOf(() => mapAll(64))) / items.length
await pool.close()

const figures = {
  'first run': first,
  run,
  'run bytes': runBytes,
  remote: remoteTime,
  'remote bytes': remoteBytes,
  'map, 2 at a time': map,
  'map, 64 at a time': wideMap,
  'map bytes': mapBytes,
}
console.log(JSON.stringify(figures))

async function bytesOf(calls: () => Promise<unknown>): Promise<number> {
  const before = pool.stats().bytesSent
  await calls()
  return pool.stats().bytesSent - before
}
