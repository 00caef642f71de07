/**
 * What a pool of two workers can do, whatever it is: the same calls for each, under names that begin with its own.
 *
 * One call after the other, some at a time, many at once, and arrays that are copied there and back.
 */
import type { Figures } from './suite.ts'
import { timeOnce, timeWarmAsync } from './timing.ts'

/** Two workers that are there. */
export interface Callee {
  /** Gives `value + 1`. */
  increment(value: number): Promise<unknown>
  /** All of the items, so many at a time; by default as whoever has nothing better would do it. */
  incrementAll?(items: readonly number[], concurrency: number): Promise<unknown>
  /** Gives the array back. */
  echo(array: Float64Array): Promise<unknown>
  close(): unknown
}

const items = Array.from({ length: 500 }, (_, index) => index)
const many = Array.from({ length: 2000 }, (_, index) => index)
const megabyte = 2 ** 20

/** `start` is timed with the first call. Checks that what comes back is right. */
export async function callFigures(name: string, start: () => Callee | Promise<Callee>): Promise<Figures> {
  let callee: Callee | undefined
  const first = await timeOnce(async () => {
    callee = await start()
    expect(await callee.increment(1), 2)
  })
  const { increment, incrementAll = inLanes(increment), echo, close } = callee!
  const [small, large] = [new Float64Array(megabyte / 8).fill(1.5), new Float64Array((100 * megabyte) / 8).fill(1.5)]
  const echoed = (await echo(large)) as Float64Array
  expect(echoed.length, large.length)
  expect(echoed.at(-1), 1.5)
  const figures = {
    [`${name}, first`]: first,
    [`${name}, one`]: await timeWarmAsync(() => increment(1)),
    [`${name}, 2 at a time`]: (await timeWarmAsync(() => incrementAll(items, 2))) / items.length,
    [`${name}, 64 at a time`]: (await timeWarmAsync(() => incrementAll(items, 64))) / items.length,
    [`${name}, 2,000 at once`]:
      (await timeWarmAsync(() => Promise.all(many.map(value => increment(value))))) / many.length,
    [`${name}, 1 MB`]: await timeWarmAsync(() => echo(small)),
    [`${name}, 100 MB`]: await timeWarmAsync(() => echo(large)),
  }
  await close()
  return figures
}

function inLanes(increment: Callee['increment']): NonNullable<Callee['incrementAll']> {
  return async (all, concurrency) => {
    const rest = all.values()
    const lane = async (): Promise<void> => {
      for (const item of rest) await increment(item)
    }
    await Promise.all(Array.from({ length: concurrency }, lane))
  }
}

function expect(value: unknown, wanted: unknown): void {
  if (value !== wanted) throw new Error(`What came back is ${String(value)}, and not ${String(wanted)}.`)
}
