/**
 * The Executor over a pool of workers, wherever these are: what is captured when, and what ends when.
 */
import { ModulePickleError } from '../errors.ts'
import { CallRunner, type AnyFunction } from './call-runner.ts'
import type { CodeSources } from './code-sources.ts'
import type { Call, CloseOptions, Executor, ExecutorStats, MapCall, MapOptions } from './contract.ts'
import { MapResults } from './map-results.ts'
import { OpenMaps } from './open-maps.ts'
import { checkChoice, checkCount, checkIterable, checkNames, checkTimeout } from './options.ts'
import { Pool } from './pool.ts'
import type { DefinedFunction } from './outgoing-call.ts'
import { ShippedSnapshots } from './shipped-snapshots.ts'
import { callSite, type CallSite } from './stack-trace.ts'
import type { StartWorker } from './transport.ts'

interface PoolExecutorOptions {
  /** What connect() was given, for messages. */
  readonly target: string
  /** At most how many workers run at a time. */
  readonly workers: number
  readonly sources: CodeSources
  readonly startWorker: StartWorker
}

export class PoolExecutor implements Executor {
  readonly #workers: number
  readonly #shipped = new ShippedSnapshots()
  readonly #pool: Pool
  readonly #runner: CallRunner
  /** A remote function that nobody can call any more need not be kept by workers. */
  readonly #unreachable = new FinalizationRegistry<string>(id => this.#pool.release(id))
  readonly #maps = new OpenMaps()
  #functions = 0
  #closing: Promise<void> | undefined

  constructor({ target, workers, sources, startWorker }: PoolExecutorOptions) {
    this.#workers = workers
    this.#pool = new Pool(startWorker, workers, this.#shipped)
    this.#runner = new CallRunner(target, sources, this.#pool, this.#shipped)
  }

  run<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Call<Awaited<R>> {
    return this.#runner.start(undefined, { fn, args }, callSite(this.run), this.#refusal() ?? wrongFunction(fn))
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
    options: MapOptions = {},
  ): MapCall<Awaited<R> | Error> {
    checkNames('map()', options, ['concurrency', 'ordered', 'errors'])
    const { concurrency = this.#workers, ordered = true, errors = 'throw' } = options
    checkCount('concurrency', concurrency)
    checkChoice('ordered', ordered, [true, false])
    checkChoice('errors', errors, ['throw', 'yield'])
    checkIterable('The inputs of map()', inputs)
    const site = callSite(this.map)
    const defined = this.#define(fn, site)
    return new MapResults<T, Awaited<R> | Error>({
      inputs,
      concurrency,
      ordered,
      begin: () => this.#maps.begin(defined.id),
      start: (item, index) => {
        const refusal = this.#maps.has(defined.id) ? undefined : this.#refusal()
        const call = this.#runner.start<Awaited<R>>(defined, { args: [item, index] }, site, refusal)
        return { result: errors === 'yield' ? call.catch(asError) : call, cancel: call.cancel }
      },
      done: () => {
        this.#maps.end(defined.id)
        this.#pool.release(defined.id)
      },
    })
  }

  remote<A extends readonly unknown[], R>(fn: (...args: A) => R): (...args: A) => Call<Awaited<R>> {
    const defined = this.#define(fn, callSite(this.remote))
    const remote = (...args: A): Call<Awaited<R>> =>
      this.#runner.start(defined, { args }, callSite(remote), this.#refusal())
    this.#unreachable.register(remote, defined.id)
    return remote
  }

  stats(): ExecutorStats {
    return { ...this.#runner.counts, snapshots: this.#shipped.size, ...this.#pool.stats() }
  }

  async close(options: CloseOptions = {}): Promise<void> {
    checkNames('close()', options, ['force', 'timeoutMs'])
    const { force = false, timeoutMs } = options
    checkChoice('force', force, [true, false])
    if (timeoutMs !== undefined) checkTimeout('timeoutMs', timeoutMs)
    this.#closing ??= this.#close()
    if (force) this.#stopAll()
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => this.#stopAll(), timeoutMs)
    await this.#closing
    clearTimeout(timer)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    await this.#maps.close()
    await this.#pool.quiet()
    await this.#pool.close()
  }

  #stopAll(): void {
    this.#maps.abandon()
    this.#pool.stopAll(closed('was closed by force before the call was done'))
  }

  #refusal(): Error | undefined {
    return this.#closing && closed('is closed')
  }

  #define(fn: AnyFunction, site: CallSite): DefinedFunction {
    const refusal = wrongFunction(fn)
    if (refusal) throw refusal
    return this.#runner.define(`f${++this.#functions}`, fn, site)
  }
}

function wrongFunction(fn: unknown): TypeError | undefined {
  if (typeof fn === 'function') return undefined
  return new TypeError(`What is to run elsewhere has to be a function, and is ${fn === null ? 'null' : typeof fn}.`)
}

/** In a map that yields errors, an Error is what tells them from results. */
function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('The call threw a value that is no Error.', { cause: thrown })
}

function closed(how: string): ModulePickleError {
  return new ModulePickleError('ERR_EXECUTOR_CLOSED', `The executor ${how}. connect() gives another one.`)
}
