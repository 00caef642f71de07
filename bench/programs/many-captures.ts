/**
 * Captures 100,000 closures, one dumps after the other: the time of one, and the heap in use, early and late. Needs --expose-gc.
 */
import { dumps } from '../../dist/index.js'
import { makeCapturing } from './closures.ts'

const portion = 10_000

function capturePortion(): { timeMs: number; heapBytes: number } {
  const start = performance.now()
  for (let count = 0; count < portion; count++) dumps(makeCapturing())
  const timeMs = (performance.now() - start) / portion
  for (let count = 0; count < 4; count++) globalThis.gc!()
  return { timeMs, heapBytes: process.memoryUsage().heapUsed }
}

const portions = Array.from({ length: 10 }, capturePortion)
const [first, last] = [portions[0]!, portions.at(-1)!]
const figures = {
  'first captures': first.timeMs,
  'first captures bytes': first.heapBytes,
  'last captures': last.timeMs,
  'last captures bytes': last.heapBytes,
}
console.log(JSON.stringify(figures))
