/**
 * The Executor over whatever runs calls: what is captured when, and what ends when.
 */
import { ModulePickleError } from '../errors.ts'
import { reduceSymbol } from '../pickle/index.ts'
import { checkCallOptions, type CallOptions } from './call-options.ts'
import { cancelled } from './call-end.ts'
import type { CallPool, MakePool } from './call-pool.ts'
import { CallRunner, type AnyFunction, type Captured } from './call-runner.ts'
import type { CodeSources } from './code-sources.ts'
import type {
  Call,
  CallHandle,
  CloseOptions,
  Executor,
  ExecutorStats,
  MapCall,
  MapOptions,
  Returned,
} from './contract.ts'
import { MapResults } from './map-results.ts'
import { OpenMaps } from './open-maps.ts'
import { checkChoice, checkCount, checkIterable, checkNames, checkTimeout } from './options.ts'
import type { DefinedFunction } from './outgoing-call.ts'
import { ShippedSnapshots } from './shipped-snapshots.ts'
import { callSite, type CallSite } from './stack-trace.ts'
import { clearTimeout, setTimeout } from '../timers.ts'

interface PoolExecutorOptions {
  /** What connect() was given, for messages. */
  readonly target: string
  /** At most how many workers run at a time. */
  readonly workers: number
  readonly sources: CodeSources
  readonly makePool: MakePool
}

/** What an executor and those that `with` makes of it have in common. */
class Shared {
  readonly target: string
  readonly workers: number
  readonly shipped = new ShippedSnapshots()
  readonly pool: CallPool
  readonly runner: CallRunner
  /** A remote function that nobody can call any more need not be kept by workers. */
  readonly unreachable = new FinalizationRegistry<string>(id => this.pool.release(id))
  readonly maps = new OpenMaps()
  functions = 0
  closing: Promise<void> | undefined

  constructor({ target, workers, sources, makePool }: PoolExecutorOptions) {
    this.target = target
    this.workers = workers
    this.pool = makePool(this.shipped)
    this.runner = new CallRunner(target, sources, this.pool, this.shipped)
  }
}

/** @throws ModulePickleError; what a worker needs is started with the first call */
export function poolExecutor(options: PoolExecutorOptions): Executor {
  return new PoolExecutor(new Shared(options), {})
}

/** Starts what the next call needs, where nothing is ready; for whoever has work to do before there is a call. */
export function prepare(executor: Executor): void {
  if (executor instanceof PoolExecutor) executor.prepare()
}

class PoolExecutor implements Executor {
  readonly #shared: Shared
  readonly #options: CallOptions

  constructor(shared: Shared, options: CallOptions) {
    this.#shared = shared
    this.#options = options
  }

  prepare(): void {
    this.#shared.pool.prepare()
  }

  run<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Call<Returned<R>> {
    return this.#start(undefined, { fn, args }, callSite(this.run), this.#options, wrongFunction(fn))
  }

  async submit<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    args: A,
    options: CallOptions = {},
  ): Promise<CallHandle<Returned<R>>> {
    this.#check('submit()', options)
    checkArguments(args)
    const refusal = this.#refusal() ?? wrongFunction(fn)
    if (refusal) throw refusal
    const merged = { ...this.#options, ...options }
    const call = this.#start<Returned<R>>(undefined, { fn, args }, callSite(this.submit), merged)
    // Told to who asks for the result.
    call.catch(() => {})
    return { id: call.id, result: () => call, cancel: call.cancel, logs: call.logs }
  }

  attach(callId: string): CallHandle<unknown> {
    throw new ModulePickleError(
      'ERR_EXECUTOR_UNSUPPORTED',
      `Call ${callId} cannot be attached to: calls of ${this.#shared.target} end with the process that started them. Keep the handle that submit() gave.`,
    )
  }

  with(options: CallOptions): Executor {
    this.#check('with()', options)
    return new PoolExecutor(this.#shared, { ...this.#options, ...options })
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
    const { maps, pool, workers } = this.#shared
    const { concurrency = workers, ordered = true, errors = 'throw' } = options
    checkCount('concurrency', concurrency)
    checkChoice('ordered', ordered, [true, false])
    checkChoice('errors', errors, ['throw', 'yield'])
    checkIterable('The inputs of map()', inputs)
    const site = callSite(this.map)
    const defined = this.#define(fn, site)
    const interrupt = (reason: Error): void => results.interrupt(reason)
    const { signal } = this.#options
    const onAbort = (): void => interrupt(cancelled('The map', signal?.reason))
    const results: MapResults<T, Awaited<R> | Error> = new MapResults({
      inputs,
      concurrency,
      ordered,
      begin: () => {
        if (!maps.begin(defined.id, interrupt)) interrupt(closed('is closed'))
        else if (signal?.aborted) onAbort()
        else signal?.addEventListener('abort', onAbort)
      },
      start: (item, index) => {
        const refusal = maps.has(defined.id) ? undefined : this.#refusal()
        const start = { site, options: this.#options, refusal }
        const call = this.#shared.runner.start<Awaited<R>>(defined, { args: [item, index] }, start)
        return { result: errors === 'yield' ? call.catch(asError) : call, cancel: call.cancel }
      },
      done: () => {
        signal?.removeEventListener('abort', onAbort)
        maps.end(defined.id)
        pool.release(defined.id)
      },
    })
    return results
  }

  remote<A extends readonly unknown[], R>(fn: (...args: A) => R): (...args: A) => Call<Returned<R>> {
    const defined = this.#define(fn, callSite(this.remote))
    const remote = (...args: A): Call<Returned<R>> => this.#start(defined, { args }, callSite(remote), this.#options)
    this.#shared.unreachable.register(remote, defined.id)
    return remote
  }

  stats(): ExecutorStats {
    const { runner, shipped, pool } = this.#shared
    return { ...runner.counts, snapshots: shipped.size, ...pool.stats() }
  }

  async close(options: CloseOptions = {}): Promise<void> {
    checkNames('close()', options, ['force', 'timeoutMs'])
    const { force = false, timeoutMs } = options
    checkChoice('force', force, [true, false])
    if (timeoutMs !== undefined) checkTimeout('timeoutMs', timeoutMs)
    this.#shared.closing ??= this.#close()
    if (force) this.#stopAll()
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => this.#stopAll(), timeoutMs)
    await this.#shared.closing
    clearTimeout(timer)
  }

  /** As a reduction: what a function that uses this executor finds on the other end cannot be it. */
  [reduceSymbol](): never {
    throw new ModulePickleError(
      'ERR_NESTED_CALL',
      'an executor cannot be pickled: a function that runs on it starts no calls of its own. Start them here, and pass what they return.',
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    const { maps, pool } = this.#shared
    await maps.close()
    await pool.quiet()
    await pool.close()
  }

  #stopAll(): void {
    const { maps, pool } = this.#shared
    maps.abandon(closed('was closed by force before the map was at its end'))
    pool.stopAll(closed('was closed by force before the call was done'))
  }

  #start<R>(
    fn: DefinedFunction | undefined,
    captured: Captured,
    site: CallSite,
    options: CallOptions,
    mistake?: Error,
  ): Call<R> {
    return this.#shared.runner.start(fn, captured, { site, options, refusal: this.#refusal() ?? mistake })
  }

  #check(of: string, options: CallOptions): void {
    checkCallOptions(of, options)
    if (options.resources === undefined) return
    const { target } = this.#shared
    throw new ModulePickleError(
      'ERR_EXECUTOR_UNSUPPORTED',
      `${target} has no resources to share out among calls: they use what the machine has. Leave \`resources\` out; \`workers\` limits how many run at a time.`,
    )
  }

  #refusal(): Error | undefined {
    return this.#shared.closing && closed('is closed')
  }

  #define(fn: AnyFunction, site: CallSite): DefinedFunction {
    const refusal = wrongFunction(fn)
    if (refusal) throw refusal
    return this.#shared.runner.define(`f${++this.#shared.functions}`, fn, site)
  }
}

function checkArguments(args: unknown): void {
  if (Array.isArray(args)) return
  const what = 'The arguments of the function that submit() takes have to be an array, as in submit(fn, [1, 2])'
  throw new TypeError(`${what}, and are ${args === null ? 'null' : typeof args}.`)
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
