/**
 * Calls that run in this very process, the whole way: pickled, their code materialized and imported from there, run, and their
 * results pickled back. For breakpoints and for tests.
 *
 * What a process of its own would do is left out: code that is busy cannot be ended, what it prints goes where this process
 * prints, and what nobody catches or ends the process does so here.
 */
import { invoke, type Invocation } from '../../call/invoke.ts'
import { runningCalls } from '../../call/current-call.ts'
import type { Encoded } from '../../call/encoded.ts'
import { ReceivedClasses, type DefinedClasses } from '../../call/received-classes.ts'
import { encodeOutcome, type EncodedOutcome, type Outcome } from '../../call/outcome.ts'
import { RunningCall } from '../../call/running-call.ts'
import type { ClassesByNumber } from '../../cloudpickle/sent-classes.ts'
import { pickle, unpickle, type ModuleSource, type PackedModules } from '../../modulepickle.ts'
import { receivingCache } from '../../received.ts'
import type { CallPool, PoolStats } from '../call-pool.ts'
import { IncomingItems } from '../incoming-items.ts'
import type { Answer, DefinedFunction, OutgoingCall } from '../outgoing-call.ts'
import { ownUrl, packageDirectory } from '../own-package.ts'
import type { ShippedSnapshots } from '../shipped-snapshots.ts'

interface Job {
  readonly running: RunningCall
  readonly reject: (reason: unknown) => void
}

/** A function that is kept for many calls, and the classes that came with it. */
interface Defined {
  readonly decoded: Promise<Partial<Invocation>>
  readonly classes: DefinedClasses
}

export class InlinePool implements CallPool {
  readonly #shipped: ShippedSnapshots
  readonly #source: ModuleSource
  readonly #jobs = new Map<string, Job>()
  /** This process may refer to any of them for as long as it runs. */
  readonly #used = new Set<PackedModules>()
  readonly #functions = new Map<string, Defined>()
  readonly #classes = new ReceivedClasses()
  #bytesSent = 0
  #bytesReceived = 0
  #onQuiet: (() => void)[] = []

  /** `source` is where the code of results comes from. */
  constructor(shipped: ShippedSnapshots, source: ModuleSource) {
    this.#shipped = shipped
    this.#source = source
  }

  answer(call: OutgoingCall): Promise<Answer> {
    const { id, attempt, traceparent, pickled, fn } = call
    const snapshots = [...(fn?.pickled.snapshots ?? []), ...pickled.snapshots]
    for (const snapshot of snapshots) this.#used.add(snapshot)
    const snapshotId = snapshots[0]?.id
    const progress = (value: unknown): void => call.onProgress(this.#encode({ value }))
    const running = new RunningCall({ id, attempt, snapshotId, traceparent, progress })
    return new Promise<Answer>((resolve, reject) => {
      this.#jobs.set(id, { running, reject })
      void this.#run(call, running).then(({ ok, body }) => {
        this.#bytesReceived += body.bytes.byteLength
        // Frames of this package are nobody's business.
        resolve({ ok, body, runtime: ownUrl })
        this.#finish(id)
      })
    })
  }

  prepare(): void {}

  /** The code is told, and its result is nobody's any more. */
  stop(callId: string, reason: Error): void {
    const job = this.#jobs.get(callId)
    job?.reject(reason)
    job?.running.abort(reason)
    this.#finish(callId)
  }

  stopAll(reason: Error): void {
    for (const callId of this.#jobs.keys()) this.stop(callId, reason)
  }

  release(functionId: string): void {
    this.#functions.delete(functionId)
  }

  async quiet(): Promise<void> {
    if (this.#jobs.size > 0) await new Promise<void>(resolve => this.#onQuiet.push(resolve))
  }

  async close(): Promise<void> {
    this.#functions.clear()
  }

  stats(): PoolStats {
    return { filesSent: 0, objectsSent: 0, bytesSent: this.#bytesSent, bytesReceived: this.#bytesReceived, workers: 0 }
  }

  async #run(call: OutgoingCall, running: RunningCall): Promise<EncodedOutcome> {
    const outcome = await runningCalls().run(running.visible, () => this.#outcome(call, running))
    return encodeOutcome(outcome, value => this.#encode(value))
  }

  async #outcome(call: OutgoingCall, running: RunningCall): Promise<Outcome> {
    try {
      const defined = call.fn && this.#define(call.fn)
      const fn = await defined?.decoded
      const classes = this.#classes.ofCall(defined?.classes)
      const invocation = { ...fn, ...(await this.#decode(call.pickled, classes)) } as Invocation
      return { ok: true, result: await this.#invoke(invocation, running, call) }
    } catch (error) {
      return { ok: false, error }
    }
  }

  async #invoke(invocation: Invocation, running: RunningCall, call: OutgoingCall): Promise<unknown> {
    const { items: outgoing } = running
    let incoming: IncomingItems | undefined
    return invoke(invocation, running, {
      open: () => {
        incoming = new IncomingItems({ pull: count => outgoing.pull(count), stop: () => outgoing.stop() })
        call.onStream(incoming)
      },
      give: async value => incoming?.put(this.#encode({ value })),
    })
  }

  #define({ id, pickled }: DefinedFunction): Defined {
    const known = this.#functions.get(id)
    if (known) return known
    const classes = new Map<number, Function>()
    const defined = { decoded: this.#decode(pickled, this.#classes.ofDefinition(classes)), classes }
    this.#functions.set(id, defined)
    return defined
  }

  async #decode({ bytes, buffers }: Encoded, classes: ClassesByNumber): Promise<Partial<Invocation>> {
    this.#bytesSent += buffers.reduce((sum, { byteLength }) => sum + byteLength, bytes.byteLength)
    const cache = receivingCache()
    const packages = { directories: [], exact: this.#shipped.packageDirectories, runtime: packageDirectory }
    for (const { id, objects } of this.#used) {
      if (cache.find(id, packages)) continue
      for (const object of objects.values()) cache.put(object.id, object.kind, object.read())
    }
    // The call may be repeated, and what it has got is its own.
    const own = buffers.map(buffer => buffer.slice())
    return (await unpickle(bytes, { cache, packages }, own, classes)) as Partial<Invocation>
  }

  #encode(value: unknown): Encoded {
    const pickled = pickle(value, {
      source: this.#source,
      selfContained: false,
      packages: 'place',
      classes: this.#classes,
    })
    this.#shipped.add(pickled)
    for (const snapshot of pickled.snapshots) this.#used.add(snapshot)
    return { bytes: pickled.bytes, buffers: [] }
  }

  #finish(callId: string): void {
    this.#jobs.delete(callId)
    if (this.#jobs.size > 0) return
    for (const resolve of this.#onQuiet.splice(0)) resolve()
  }
}
