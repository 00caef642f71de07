/**
 * The Executor over a pool of workers: captures here, runs there, gives back what came of it.
 */
import { ModulePickleError } from '../errors.ts'
import { pickle, type ModuleSource } from '../modulepickle.ts'
import type { Call, CloseOptions, Executor, ExecutorStats, MapCall, MapOptions } from './contract.ts'
import { HomecomingDecoder } from './homecoming.ts'
import { LogTail } from './logs.ts'
import { MapResults } from './map-results.ts'
import { cancelled, Pool } from './pool.ts'
import type { Answer, DefinedFunction, Parcel } from './remote-worker.ts'
import { ShippedSnapshots } from './shipped-snapshots.ts'
import { callSite, placeAtCall, retrace, type CallOrigin, type CallSite } from './stack-trace.ts'
import type { StartWorker } from './transport.ts'

export interface PoolExecutorOptions {
  /** What connect() was given, for messages. */
  readonly target: string
  /** At most how many workers run at a time. */
  readonly workers: number
  readonly source: ModuleSource
  readonly startWorker: StartWorker
}

type AnyFunction = (...args: never[]) => unknown

export class PoolExecutor implements Executor {
  readonly #options: PoolExecutorOptions
  readonly #shipped = new ShippedSnapshots()
  readonly #decoder = new HomecomingDecoder(this.#shipped)
  readonly #pool: Pool
  /** A remote function that nobody can call any more need not be kept by workers. */
  readonly #unreachable = new FinalizationRegistry<string>(id => this.#pool.release(id))
  #calls = 0
  #failed = 0
  #functions = 0
  #closing: Promise<void> | undefined

  constructor(options: PoolExecutorOptions) {
    this.#options = options
    this.#pool = new Pool(options.startWorker, options.workers, this.#shipped)
  }

  run<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Call<Awaited<R>> {
    return this.#call(undefined, () => this.#capture({ fn: checked(fn), args }), callSite(this.run))
  }

  map<T, R>(
    fn: (item: T, index: number) => R,
    inputs: Iterable<T> | AsyncIterable<T>,
    options: MapOptions & { readonly errors: 'yield' },
  ): MapCall<Awaited<R> | Error>
  map<T, R>(
    fn: (item: T, index: number) => R,
    inputs: Iterable<T> | AsyncIterable<T>,
    options?: MapOptions,
  ): MapCall<Awaited<R>>
  map<T, R>(
    fn: (item: T, index: number) => R,
    inputs: Iterable<T> | AsyncIterable<T>,
    { concurrency = this.#options.workers, ordered = true, errors = 'throw' }: MapOptions = {},
  ): MapCall<Awaited<R> | Error> {
    if (!Number.isInteger(concurrency) || concurrency < 1) {
      throw new RangeError(`concurrency has to be a positive integer, and is ${concurrency}`)
    }
    const defined = this.#define(fn)
    const site = callSite(this.map)
    return new MapResults<T, Awaited<R> | Error>({
      inputs,
      concurrency,
      ordered,
      start: (item, index) => {
        const call = this.#call<Awaited<R>>(defined, () => this.#capture({ args: [item, index] }), site)
        return { result: errors === 'yield' ? call.catch(asError) : call, cancel: call.cancel }
      },
      done: () => this.#pool.release(defined.id),
    })
  }

  remote<A extends readonly unknown[], R>(fn: (...args: A) => R): (...args: A) => Call<Awaited<R>> {
    const defined = this.#define(fn)
    const remote = (...args: A): Call<Awaited<R>> =>
      this.#call(defined, () => this.#capture({ args }), callSite(remote))
    this.#unreachable.register(remote, defined.id)
    return remote
  }

  stats(): ExecutorStats {
    return { calls: this.#calls, failed: this.#failed, snapshots: this.#shipped.size, ...this.#pool.stats() }
  }

  async close(options: CloseOptions = {}): Promise<void> {
    if (options.force) this.#stopAll()
    this.#closing ??= this.#close(options)
    await this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close({ timeoutMs }: CloseOptions): Promise<void> {
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => this.#stopAll(), timeoutMs)
    await this.#pool.quiet()
    clearTimeout(timer)
    await this.#pool.close()
  }

  #stopAll(): void {
    this.#pool.stopAll(closed('was closed by force before the call was done'))
  }

  /** Now: what is captured is the state of this moment. */
  #capture(value: { readonly fn?: AnyFunction; readonly args?: readonly unknown[] }): Parcel {
    const parcel = pickle(value, { source: this.#options.source, selfContained: false })
    this.#shipped.add(parcel)
    return parcel
  }

  #define(fn: AnyFunction): DefinedFunction {
    return { id: `f${++this.#functions}`, parcel: this.#capture({ fn: checked(fn) }) }
  }

  #call<R>(fn: DefinedFunction | undefined, capture: () => Parcel, site: CallSite): Call<R> {
    const id = String(++this.#calls)
    const logs = new LogTail()
    const result = this.#result<R>(id, fn, capture, site, logs)
    const cancel = (): void => this.#pool.stop(id, cancelled(id))
    return Object.assign(result, { id, cancel, logs: () => logs.lines() })
  }

  async #result<R>(
    id: string,
    fn: DefinedFunction | undefined,
    capture: () => Parcel,
    site: CallSite,
    logs: LogTail,
  ): Promise<R> {
    try {
      if (this.#closing) throw closed('is closed')
      const parcel = capture()
      const snapshotIds = [...new Set([parcel, ...(fn ? [fn.parcel] : [])].flatMap(idsOf))]
      const origin = { site, target: this.#options.target, snapshotIds }
      const answer = await this.#answer(
        {
          id,
          parcel,
          fn,
          onLine: line => {
            logs.add(line)
            process.stderr.write(`[call ${id}] ${line.text}\n`)
          },
        },
        origin,
      )
      return (await this.#outcome(answer, origin)) as R
    } catch (error) {
      this.#failed++
      throw error
    }
  }

  async #answer(call: Parameters<Pool['answer']>[0], origin: CallOrigin): Promise<Answer> {
    try {
      return await this.#pool.answer(call)
    } catch (error) {
      if (error instanceof Error) placeAtCall(error, origin)
      throw error
    }
  }

  async #outcome({ ok, body, runtime }: Answer, origin: CallOrigin): Promise<unknown> {
    const outcome = (await this.#decoder.decode(body)) as { readonly result?: unknown; readonly error?: unknown }
    if (ok) return outcome.result
    const { sources } = this.#shipped
    retrace(
      outcome.error,
      { runtime, sources, sourceOf: (snapshot, path) => this.#shipped.sourceOf(snapshot, path) },
      origin,
    )
    throw outcome.error
  }
}

function idsOf({ snapshots }: Parcel): string[] {
  return snapshots.map(({ id }) => id)
}

function checked(fn: AnyFunction): AnyFunction {
  if (typeof fn === 'function') return fn
  throw new TypeError(`What is to run elsewhere has to be a function, and is ${fn === null ? 'null' : typeof fn}.`)
}

/** In a map that yields errors, an Error is what tells them from results. */
function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('The call threw a value that is no Error.', { cause: thrown })
}

function closed(how: string): ModulePickleError {
  return new ModulePickleError('ERR_EXECUTOR_CLOSED', `The executor ${how}. connect() gives another one.`)
}
