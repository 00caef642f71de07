/**
 * One call from beginning to end: capture here, answer from the pool, decode here, errors told in terms of this process.
 */
import { ModulePickleError } from '../errors.ts'
import { pickle, type ModuleSource, type Pickled } from '../modulepickle.ts'
import type { Call } from './contract.ts'
import { PinnedSource, type CodeSources } from './code-sources.ts'
import { HomecomingDecoder } from './homecoming.ts'
import { LogTail, type LogLine } from './logs.ts'
import type { Pool } from './pool.ts'
import type { Answer, DefinedFunction, OutgoingCall } from './outgoing-call.ts'
import type { ShippedSnapshots } from './shipped-snapshots.ts'
import { placeAtCall, placeAtSite, retrace, type CallOrigin, type CallSite, type StackNames } from './stack-trace.ts'

/** What can be run elsewhere. */
export type AnyFunction = (...args: never[]) => unknown

/** What one pickle of a call holds. */
export interface Captured {
  readonly fn?: AnyFunction
  readonly args?: readonly unknown[]
}

export class CallRunner {
  readonly #target: string
  readonly #sources: CodeSources
  readonly #pool: Pool
  readonly #shipped: ShippedSnapshots
  readonly #decoder: HomecomingDecoder
  #started = 0
  #failed = 0

  /** `target` is for messages; snapshots that calls use are added to `shipped`. */
  constructor(target: string, sources: CodeSources, pool: Pool, shipped: ShippedSnapshots) {
    this.#target = target
    this.#sources = sources
    this.#pool = pool
    this.#shipped = shipped
    this.#decoder = new HomecomingDecoder(shipped)
  }

  get counts(): { readonly calls: number; readonly failed: number } {
    return { calls: this.#started, failed: this.#failed }
  }

  /**
   * `fn` for many calls, as it and the code that it needs are now.
   * @throws ModulePickleError when it cannot be captured; its stack is `site`
   */
  define(id: string, fn: AnyFunction, site: CallSite): DefinedFunction {
    const pickled = this.#capture({ fn }, site, this.#sources.definitions)
    return { id, pickled, source: new PinnedSource(pickled.snapshots, this.#sources.calls) }
  }

  #capture(captured: Captured, site: CallSite, source: ModuleSource): Pickled {
    try {
      const pickled = pickle(captured, { source, selfContained: false })
      this.#shipped.add(pickled)
      return pickled
    } catch (error) {
      if (error instanceof ModulePickleError) placeAtSite(error, site)
      throw error
    }
  }

  /** Captures at once; `fn` is what was captured before. `refusal` says why no call can be started, if that is so. */
  start<R>(fn: DefinedFunction | undefined, captured: Captured, site: CallSite, refusal?: Error): Call<R> {
    const id = String(++this.#started)
    const logs = new LogTail()
    const onLine = (line: LogLine): void => {
      logs.add(line)
      process.stderr.write(`[call ${id}] ${line.text}\n`)
    }
    const result = this.#run<R>({ id, fn, onLine }, captured, site, refusal)
    const cancel = (): void => this.#pool.stop(id, cancelled(id))
    return Object.assign(result, { id, cancel, logs: () => logs.lines() })
  }

  async #run<R>(
    call: Omit<OutgoingCall, 'pickled'>,
    captured: Captured,
    site: CallSite,
    refusal: Error | undefined,
  ): Promise<R> {
    try {
      if (refusal) throw refusal
      this.#pool.prepare()
      const pickled = this.#capture(captured, site, call.fn?.source ?? this.#sources.calls)
      const pickles = call.fn ? [call.fn.pickled, pickled] : [pickled]
      const snapshotIds = new Set(pickles.flatMap(({ snapshots }) => snapshots.map(({ id }) => id)))
      const origin = { site, target: this.#target, snapshotIds: [...snapshotIds] }
      const answer = await this.#answer({ ...call, pickled }, origin)
      return (await this.#outcome(answer, origin)) as R
    } catch (error) {
      this.#failed++
      throw error
    }
  }

  async #answer(call: OutgoingCall, origin: CallOrigin): Promise<Answer> {
    try {
      return await this.#pool.answer(call)
    } catch (error) {
      if (error instanceof ModulePickleError) placeAtCall(error, origin)
      throw error
    }
  }

  async #outcome({ ok, body, runtime }: Answer, origin: CallOrigin): Promise<unknown> {
    const outcome = (await this.#decoder.decode(body)) as { readonly result?: unknown; readonly error?: unknown }
    if (ok) return outcome.result
    retrace(outcome.error, this.#stackNames(runtime), origin)
    throw outcome.error
  }

  #stackNames(runtime: string): StackNames {
    const shipped = this.#shipped
    return { runtime, sources: shipped.sources, sourceOf: (id, path) => shipped.sourceOf(id, path) }
  }
}

function cancelled(callId: string): ModulePickleError {
  return new ModulePickleError('ERR_CALL_CANCELLED', `Call ${callId} was cancelled.`)
}
