/** Types of executors, end to end: this file has to compile; running it checks nothing more. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Call, CallHandle, connect, Executor, MapCall } from '../../../src/executors/index.ts'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

function is<_T extends true>(): void {}

/** Never called. */
export function uses(pool: Executor): void {
  const run = pool.run((a: number, b: string) => `${a}${b}`, 1, 'x')
  is<Equal<typeof run, Call<string>>>()
  const awaited = pool.run(async (n: number) => n, 1)
  is<Equal<typeof awaited, Call<number>>>()
  const map = pool.map((row: { id: number }, index: number) => [row.id, index] as const, [{ id: 1 }])
  is<Equal<typeof map, MapCall<readonly [number, number]>>>()
  const yielding = pool.map(async (n: number) => n, [1], { errors: 'yield' })
  is<Equal<typeof yielding, MapCall<number | Error>>>()
  const remote = pool.remote((a: number, b?: string) => Boolean(a && b))
  is<Equal<ReturnType<typeof remote>, Call<boolean>>>()
  void remote(1)
  const streamed = pool.run(async function* (to: number) {
    yield to
  }, 3)
  is<Equal<typeof streamed, Call<AsyncIterableIterator<number>>>>()
  const submitted = pool.submit((a: number) => [a], [1], { retries: 2 })
  is<Equal<typeof submitted, Promise<CallHandle<number[]>>>>()
  is<Equal<ReturnType<typeof pool.attach>, CallHandle<unknown>>>()
  is<Equal<ReturnType<typeof pool.with>, Executor>>()
  // @ts-expect-error -- an argument of a submitted call of the wrong type
  void pool.submit((a: number) => a, ['1'])
  // @ts-expect-error -- no such option
  void pool.with({ timeout: 5 })
  // @ts-expect-error -- an argument of the wrong type
  void remote('1')
  // @ts-expect-error -- an argument is missing
  void pool.run((a: number) => a)
  // @ts-expect-error -- an input of the wrong type
  void pool.map((n: number) => n, ['a'])
}

/** Never called. */
export function connects(open: typeof connect): void {
  void open('local:', { workers: 2, isolate: 'call', inspect: 'wait' })
  void open('inline:', { fresh: 'once' })
  void open('docker:node:24-slim', { memory: '512m', gpus: 'all', mounts: ['/data:/data:ro'] })
  void open('docker:', { container: { getId: () => 'id' } })
  // @ts-expect-error -- an option of containers
  void open('local:', { memory: '512m' })
  // @ts-expect-error -- there is no debugger in a container
  void open('docker:image', { inspect: true })
  // @ts-expect-error -- an option of workers
  void open('inline:', { workers: 2 })
  // @ts-expect-error -- a value that is not known
  void open('local:', { isolate: 'thread' })
}

suite('types', () => {
  test('follow from the function', () => assert.equal(typeof uses, 'function'))
})
