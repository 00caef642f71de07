/** The time of one await, before anything was captured and after: V8's debugger, left on, would make each many times slower. */
import { range } from '../harness/rounds.ts'

const awaits = 100_000

async function timeAwait(): Promise<number> {
  const samples: number[] = []
  for (let sample = 0; sample < 20; sample++) {
    const start = performance.now()
    for (let count = 0; count < awaits; count++) await undefined
    samples.push((performance.now() - start) / awaits)
  }
  return range(samples).median
}

await timeAwait()
const before = await timeAwait()
const { dumps } = await import('../../dist/index.js')
const { makeCapturing } = await import('./closures.ts')
// Two that could share a variable: V8 is asked which by way of its debugger.
const makeCounter = (): (() => number) => {
  let count = 0
  return () => (count += 1)
}
dumps([makeCapturing(), makeCounter(), makeCounter()])
console.log(JSON.stringify({ 'await before': before, 'await after': await timeAwait() }))
