/**
 * Times an operation inside the process that runs it, warm: for programs, not for the harness itself.
 *
 * The median of many short batches: what garbage collection and other processes add to some of them does not show.
 */
import { range } from './rounds.ts'

const warmUpMs = 600
const measuredMs = 1200
/** Long enough that reading the clock does not count. */
const batchMs = 0.5

/** The time of one `operation`, in ms. */
export function timeWarm(operation: () => unknown): number {
  const size = batchSize(runFor(warmUpMs, operation))
  const end = performance.now() + measuredMs
  const samples: number[] = []
  while (performance.now() < end) {
    const start = performance.now()
    for (let index = 0; index < size; index += 1) operation()
    samples.push((performance.now() - start) / size)
  }
  return range(samples).median
}

/** The time from the start of one asynchronous `operation` to its end, one after the other, in ms. */
export async function timeWarmAsync(operation: () => Promise<unknown>): Promise<number> {
  const end = performance.now() + warmUpMs
  while (performance.now() < end) await operation()
  const samples: number[] = []
  while (performance.now() < end + measuredMs) {
    const start = performance.now()
    await operation()
    samples.push(performance.now() - start)
  }
  return range(samples).median
}

/** The median time of so many `operation`s that take long, in ms. There is one before that is not counted. */
export async function timeOften(count: number, operation: () => Promise<unknown>): Promise<number> {
  await operation()
  const samples: number[] = []
  while (samples.length < count) samples.push(await timeOnce(operation))
  return range(samples).median
}

/** The time of one `operation` that is done only once, in ms. */
export async function timeOnce(operation: () => unknown): Promise<number> {
  const start = performance.now()
  await operation()
  return performance.now() - start
}

/** Runs `operation` until the time is over; returns how many a ms there were in the second half. */
function runFor(durationMs: number, operation: () => unknown): number {
  const half = performance.now() + durationMs / 2
  while (performance.now() < half) operation()
  const start = performance.now()
  let count = 0
  for (; performance.now() < start + durationMs / 2; count += 1) operation()
  return count / (performance.now() - start)
}

function batchSize(perMs: number): number {
  return Math.max(1, Math.round(perMs * batchMs))
}
