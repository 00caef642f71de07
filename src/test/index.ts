/**
 * `modulepickle/test`: a function run in a container that has Node and nothing else, as a test.
 *
 * What it prints appears as it is printed; its value is returned, its error thrown, and a line says which of the two it was.
 * Needs no test runner, and works inside any.
 */
import { registerExports } from '../cloudpickle/public-names.ts'
import { connectDocker, defaultImage } from '../executors/docker/connect-docker.ts'
import type { DockerOptions } from '../executors/docker/docker-options.ts'
import { checkFunction } from '../executors/options.ts'
import type { LogLine } from '../executors/logs.ts'
// oxlint-disable-next-line import/no-self-import -- its exports, as others see them
import * as exports from './index.ts'
import { describeError, seconds } from './summary.ts'

export type { DockerMount, DockerOptions, StartedContainer } from '../executors/docker/docker-options.ts'

registerExports('modulepickle/test', exports)

export interface TestOptions<A extends readonly unknown[] = readonly unknown[]> extends Omit<
  DockerOptions,
  'workers' | 'fresh' | 'isolate'
> {
  /** What the container is made from; default `node:<your major>-slim`. */
  readonly image?: string
  /** What the function is called with. */
  readonly args?: A
  /** What the summary calls the function; default its own name. */
  readonly name?: string
  /** Ends the test when it aborts. */
  readonly signal?: AbortSignal
  /** Ends a function that takes longer, the start of the container not counted. */
  readonly timeoutMs?: number
}

/** What a function gives that returns `R`; the items of an async iterable as an array. */
export type Tested<R> = Awaited<R> extends AsyncIterable<infer T> ? T[] : Awaited<R>

/**
 * Ships `fn`, with the code and the packages that it needs as they are on disk, to a container of its own, and runs it there.
 * @returns what `fn` returned
 * @throws what `fn` threw; ModulePickleError as `connect('docker:…')` does
 */
export async function test<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  options: TestOptions<A> = {},
): Promise<Tested<R>> {
  checkFunction('What is tested', fn)
  const { image, args = [] as unknown as A, name = fn.name || 'the function', signal, timeoutMs, ...docker } = options
  const { container } = docker
  if (container !== undefined && image !== undefined)
    throw new TypeError('A test has an image, or a container, not both.')
  checkArguments(args)
  const where = container === undefined ? (image ?? defaultImage) : 'the container'
  const start = performance.now()
  let called = start
  try {
    const pool = await connectDocker(`docker:${container === undefined ? where : ''}`, { ...docker, workers: 1 })
    try {
      called = performance.now()
      const onLog = ({ stream, text, end }: LogLine): void => void process[stream].write(text + end)
      const limits = { ...(signal ? { signal } : {}), ...(timeoutMs === undefined ? {} : { timeoutMs }) }
      const value = await whole(await pool.with({ onLog, ...limits }).run(fn, ...args))
      tell(`✔ ${name} passed in ${where}: ${seconds(called)}, after ${seconds(start, called)} to start the container`)
      return value as Tested<R>
    } finally {
      await pool.close()
    }
  } catch (error) {
    tell(`✖ ${name} failed in ${where} after ${seconds(called)}: ${describeError(error)}`)
    throw error
  }
}

function checkArguments(args: unknown): void {
  if (!Array.isArray(args)) throw new TypeError('args has to be an array, of what the function is called with.')
}

async function whole(value: unknown): Promise<unknown> {
  if (!isAsyncIterable(value)) return value
  const items: unknown[] = []
  for await (const item of value) items.push(item)
  return items
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

/** Stdout is what the function prints. */
function tell(line: string): void {
  process.stderr.write(`${line}\n`)
}
