/**
 * One call from beginning to end: capture here, answer from the pool, decode here, errors told in terms of this process.
 */
import { traceAsync, type StageDetails } from '../diagnostics/channels.ts'
import { ModulePickleError } from '../errors.ts'
import { pickle, type ModuleSource } from '../modulepickle.ts'
import { CallEnd } from './call-end.ts'
import { CallListener } from './call-listener.ts'
import { pauseBeforeRetry, traceparentOf, type CallOptions } from './call-options.ts'
import { keepLarge } from '../call/encoded.ts'
import { decodeScalars, encodeArguments } from '../call/scalar-pickle.ts'
import type { Call } from './contract.ts'
import { PinnedSource, type CodeSources } from './code-sources.ts'
import { HomecomingDecoder } from './homecoming.ts'
import type { IncomingItems } from './incoming-items.ts'
import { LogTail } from './logs.ts'
import type { CallPool } from './call-pool.ts'
import type { Answer, DefinedFunction, OutgoingCall, PickledCall } from './outgoing-call.ts'
import { RemoteItems } from './remote-items.ts'
import { PickledClasses, SentClasses } from './sent-classes.ts'
import type { ShippedSnapshots } from './shipped-snapshots.ts'
import { placeAtCall, placeAtSite, retrace, type CallOrigin, type CallSite, type StackNames } from './stack-trace.ts'

/** What can be run elsewhere. */
export type AnyFunction = (...args: never[]) => unknown

/** From where a call is started, and with what. */
interface Start {
  readonly site: CallSite
  readonly options: CallOptions
  /** Why no call can be started, if that is so. */
  readonly refusal?: Error | undefined
}

interface StartedCall {
  readonly id: string
  readonly fn: DefinedFunction | undefined
  readonly end: CallEnd
  readonly listener: CallListener
  /** Held until it is over: what comes back may be of them. */
  readonly classes: PickledClasses
}

interface CapturedCall extends StartedCall {
  readonly pickled: PickledCall
  readonly options: CallOptions
  readonly traceparent: string | undefined
  onStream(items: IncomingItems): void
}

/** What one pickle of a call holds. */
export interface Captured {
  readonly fn?: AnyFunction
  readonly args?: readonly unknown[]
}

export class CallRunner {
  readonly #target: string
  readonly #sources: CodeSources
  readonly #pool: CallPool
  readonly #shipped: ShippedSnapshots
  readonly #decoder: HomecomingDecoder
  readonly #classes = new SentClasses()
  #started = 0
  #failed = 0

  /** `target` is for messages; snapshots that calls use are added to `shipped`. */
  constructor(target: string, sources: CodeSources, pool: CallPool, shipped: ShippedSnapshots) {
    this.#target = target
    this.#sources = sources
    this.#pool = pool
    this.#shipped = shipped
    this.#decoder = new HomecomingDecoder(shipped, sources.changed)
  }

  get counts(): { readonly calls: number; readonly failed: number } {
    return { calls: this.#started, failed: this.#failed }
  }

  /**
   * `fn` for many calls, as it and the code that it needs are now.
   * @throws ModulePickleError when it cannot be captured; its stack is `site`
   */
  define(id: string, fn: AnyFunction, site: CallSite): DefinedFunction {
    const classes = new PickledClasses(this.#classes, undefined)
    // Who does this is about to call it.
    this.#pool.prepare()
    const pickled = this.#capture({ fn }, site, this.#sources.definitions, classes)
    return { id, pickled, classes, source: new PinnedSource(pickled.snapshots, this.#sources.calls) }
  }

  #capture(captured: Captured, site: CallSite, source: ModuleSource, classes: PickledClasses): PickledCall {
    const scalars = captured.fn || !captured.args ? undefined : encodeArguments(captured.args)
    if (scalars) return { bytes: scalars, ...nothingBesides, mode: this.#sources.packages }
    try {
      const buffers: Uint8Array[] = []
      const bufferCallback = keepLarge(buffers)
      const pickled = pickle(captured, {
        source,
        selfContained: false,
        packages: this.#sources.packages,
        changed: this.#sources.changed,
        bufferCallback,
        classes,
      })
      this.#shipped.add(pickled)
      return { ...pickled, buffers }
    } catch (error) {
      if (error instanceof ModulePickleError) placeAtSite(error, site)
      throw error
    }
  }

  /** Captures at once; `fn` is what was captured before. `refusal` says why no call can be started, if that is so. */
  start<R>(fn: DefinedFunction | undefined, captured: Captured, { site, options, refusal }: Start): Call<R> {
    const id = String(++this.#started)
    const logs = new LogTail()
    const end = new CallEnd(id, options)
    const classes = new PickledClasses(this.#classes, fn?.classes)
    const listener = new CallListener(id, options, logs, {
      decode: body => this.#decoder.decode(body, options.allow, classes),
      fail: error => end.end(unreadable(error)),
    })
    const result = this.#run<R>({ id, fn, end, listener, classes }, captured, { site, options, refusal })
    return Object.assign(result, { id, cancel: () => end.cancel(), logs: () => logs.lines() })
  }

  #run<R>(call: StartedCall, captured: Captured, { site, options, refusal }: Start): Promise<R> {
    const { fn, end, classes } = call
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        end.dispose()
        this.#failed++
        reject(error)
      }
      try {
        if (refusal ?? end.reason) throw refusal ?? end.reason
        const traceparent = traceparentOf(options)
        this.#pool.prepare()
        const pickled = this.#capture(captured, site, fn?.source ?? this.#sources.calls, classes)
        const origin = { site, target: this.#target, snapshotIds: snapshotIdsOf(fn?.pickled, pickled) }
        const stream: CapturedCall['onStream'] = items => resolve(this.#itemsOf(items, over, options, classes) as R)
        const over = this.#attempts({ ...call, pickled, options, traceparent, onStream: stream }, origin)
        over.then(value => {
          end.dispose()
          resolve(value as R)
        }, fail)
      } catch (error) {
        fail(error)
      }
    })
  }

  #itemsOf(
    items: IncomingItems,
    outcome: Promise<unknown>,
    { allow }: CallOptions,
    classes: PickledClasses,
  ): RemoteItems<unknown> {
    const close = (): void => items.close()
    outcome.then(close, close)
    return new RemoteItems({ items, outcome, decode: body => this.#decoder.decode(body, allow, classes) })
  }

  /** Repeats the call as its options say; never one whose items have begun to come. */
  async #attempts(call: CapturedCall, origin: CallOrigin): Promise<unknown> {
    const { id, fn, pickled, end, listener, options, traceparent } = call
    for (let attempt = 1; ; attempt++) {
      let hasStreamed = false
      let answer: Answer | undefined
      const onStream = (items: IncomingItems): void => {
        hasStreamed = true
        call.onStream(items)
      }
      try {
        if (end.reason) throw end.reason
        end.listen(reason => this.#pool.stop(id, reason))
        const { onLine, onProgress } = listener
        const outgoing = { id, fn, pickled, attempt, traceparent, onLine, onProgress, onStream }
        answer = await this.#transport(outgoing)
        const known = answer.ok ? decodeScalars(answer.body.bytes) : undefined
        return known ? known.result : await this.#outcome(answer, origin, call)
      } catch (error) {
        if (!answer && error instanceof ModulePickleError) placeAtCall(error, origin)
        const pauseMs = end.reason || hasStreamed ? undefined : pauseBeforeRetry(options, error, attempt)
        if (pauseMs === undefined) throw error
        await end.pause(pauseMs)
      }
    }
  }

  #transport(call: OutgoingCall): Promise<Answer> {
    const { id: callId, attempt, traceparent, pickled } = call
    const sizeBytes = pickled.bytes.byteLength
    const details = (): StageDetails['transport'] => ({ callId, attempt, traceparent, target: this.#target, sizeBytes })
    return traceAsync('transport', () => this.#pool.answer(call), { details, ended: ({ ok }) => ({ ok }) })
  }

  async #outcome(
    { ok, body, runtime }: Answer,
    origin: CallOrigin,
    { options, classes }: CapturedCall,
  ): Promise<unknown> {
    if (ok) return ((await this.#decoder.decode(body, options.allow, classes)) as { readonly result: unknown }).result
    const error = await this.#decoder.decodeError(body, options.allow, classes)
    retrace(error, this.#stackNames(runtime), origin)
    throw error
  }

  #stackNames(runtime: string): StackNames {
    const shipped = this.#shipped
    return {
      runtime,
      sources: shipped.sources,
      sourceOf: (id, path) => shipped.sourceOf(id, path),
      rootOf: id => shipped.get(id)?.root,
    }
  }
}

/** What a pickle without code refers to. */
const nothingBesides = {
  buffers: [],
  snapshots: [],
  packageDirectories: new Map<string, string>(),
  installed: [],
  sources: new Map<string, string>(),
}

function snapshotIdsOf(defined: PickledCall | undefined, own: PickledCall): readonly string[] {
  if (own.snapshots.length === 0 && !defined?.snapshots.length) return []
  return [...new Set([...(defined?.snapshots ?? []), ...own.snapshots].map(({ id }) => id))]
}

/** What the call told of itself cannot be decoded here. */
function unreadable(error: unknown): ModulePickleError {
  if (error instanceof ModulePickleError) return error
  return new ModulePickleError('ERR_PROTOCOL', 'What the call told of its progress cannot be read here.', {
    cause: error,
  })
}
