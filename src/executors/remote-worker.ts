/**
 * The sender's side of the conversation with one worker: one call at a time.
 *
 * Every call ends: with an answer, or with an error that says how the worker was lost.
 */
import type { Encoded } from '../call/encoded.ts'
import { ModulePickleError } from '../errors.ts'
import {
  Connection,
  decodeWorkerMessage,
  type Received,
  type SenderMessage,
  type WorkerMessage,
} from '../protocol/index.ts'
import { commonCompression } from '../snapshot/objects/compression.ts'
import { IncomingItems } from './incoming-items.ts'
import type { LogLine } from './logs.ts'
import { LossReport } from './loss-report.ts'
import type { Answer, OutgoingCall } from './outgoing-call.ts'
import { Provisions, type SupplyCounts } from './provisions.ts'
import type { ShippedSnapshots } from './shipped-snapshots.ts'
import type { WorkerTransport } from './transport.ts'
import { checkGreeting } from './worker-greeting.ts'
import { clearTimeout, setTimeout } from '../timers.ts'

const readyTimeoutMs = 60_000
const closeTimeoutMs = 3_000
/** How long a call that nobody wants any more may take to end by itself. */
const patienceMs = 250

/** The call that the worker has. */
interface GivenCall {
  readonly call: OutgoingCall
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
  items: IncomingItems | undefined
  /** What its code gave to process.exit(). */
  exitCode: number | undefined
  isAnswered: boolean
  /** Not where the worker was known to be gone before. */
  readonly wasSent: boolean
}

export class RemoteWorker {
  readonly transport: WorkerTransport
  readonly #connection: Connection<SenderMessage, WorkerMessage>
  readonly #provisions: Provisions
  readonly #report: LossReport
  readonly #greeting: Promise<WorkerMessage | undefined>
  #greeted: ((message: Promise<never> | WorkerMessage | undefined) => void) | undefined
  #runtime = ''
  #isUsable = true
  #isOver = false
  #hasBegun = false
  #hasServed = false
  #given: GivenCall | undefined
  #patience: NodeJS.Timeout | undefined

  /** `counts` is added to. */
  constructor(transport: WorkerTransport, shipped: ShippedSnapshots, counts: SupplyCounts) {
    this.transport = transport
    this.#report = new LossReport(transport)
    this.#connection = new Connection(transport.stream, decodeWorkerMessage)
    this.#provisions = new Provisions(this.#connection, shipped, counts)
    this.#greeting = new Promise(resolve => (this.#greeted = resolve))
    this.#connection.listen({ take: received => this.#take(received), over: failure => this.#over(failure) })
    transport.onLine = line => this.#hear(line)
    void transport.ended.then(() => (this.#isUsable = false))
  }

  /** Whether it can take another call. */
  get isUsable(): boolean {
    return this.#isUsable
  }

  /** Whether the code of the last call has begun to run, or may have. If not, the call had no effects, and can be given to another worker. */
  get hasBegun(): boolean {
    return this.#hasBegun
  }

  /** Whether the code of any call has begun to run. */
  get hasServed(): boolean {
    return this.#hasServed
  }

  get bytesSent(): number {
    return this.#connection.bytesSent
  }

  get bytesReceived(): number {
    return this.#connection.bytesReceived
  }

  /**
   * Settles when the worker can take calls.
   * @throws ModulePickleError ERR_WORKER_START, ERR_FORMAT_VERSION, or with the code that the worker gives
   */
  async ready(): Promise<void> {
    const { transport } = this
    const timer = transport.isPatient ? undefined : setTimeout(() => transport.kill(), readyTimeoutMs)
    try {
      const greeting = checkGreeting(await this.#greeting)
      if (greeting === undefined) throw await this.#report.ofStart()
      this.#runtime = greeting.runtime
      this.#provisions.compression = commonCompression(greeting.compressions.split(' '))
    } catch (error) {
      this.transport.kill()
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  /** Rejects with ModulePickleError ERR_WORKER_LOST when the worker ends before the call does. One call at a time. */
  call(call: OutgoingCall): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.transport.flushLines()
      const wasSent = !this.#isOver
      this.#given = { call, resolve, reject, items: undefined, exitCode: undefined, isAnswered: false, wasSent }
      this.#hasBegun = false
      try {
        this.#send(call)
      } catch (error) {
        this.#fail(error)
      }
      if (this.#isOver) void this.#lose()
    })
  }

  /**
   * The result of the call is not wanted any more. It is told, and if it does not end soon, the worker ends: also one that has
   * answered, and of which nobody takes what it has printed.
   */
  abort(callId: string, reason: string): void {
    if (callId !== this.#given?.call.id) return
    if (!this.#given.isAnswered) this.#connection.send({ kind: 'abort', id: callId, reason })
    this.#patience ??= setTimeout(() => this.kill(), patienceMs)
  }

  /** The worker may forget the function. */
  release(functionId: string): void {
    this.#provisions.release(functionId)
  }

  /** Ends the worker at once: it takes no other call, also where the one it had turns out to be done. */
  kill(): void {
    this.#isUsable = false
    this.transport.kill()
  }

  /** Settles when the worker has ended, by itself or not. */
  async close(): Promise<void> {
    this.#isUsable = false
    const timer = setTimeout(() => this.transport.kill(), closeTimeoutMs)
    this.transport.hold(true)
    this.#connection.send({ kind: 'close' })
    this.#connection.close()
    await this.transport.ended
    clearTimeout(timer)
  }

  #send(call: OutgoingCall): void {
    this.#provisions.prepare(call)
    const { id, attempt, fn, traceparent = null } = call
    const { bytes, buffers } = call.pickled
    this.#connection.send({ kind: 'call', id, functionId: fn?.id ?? null, attempt, traceparent }, bytes, buffers)
  }

  #take({ message, body: bytes, buffers }: Received<WorkerMessage>): void {
    if (this.#greeted) return this.#greet(message)
    const given = this.#given
    if (given && !given.isAnswered) this.#hearOf(given, message, { bytes, buffers })
    // Code that a call has left running may still tell of its progress.
    else if (message.kind !== 'progress') this.#fail(this.#confused(message))
  }

  #greet(message: Promise<never> | WorkerMessage | undefined): void {
    this.#greeted?.(message)
    this.#greeted = undefined
  }

  #hearOf(given: GivenCall, message: WorkerMessage, body: Encoded): void {
    const { call } = given
    const isOfCall = 'id' in message && message.id === call.id
    if (message.kind === 'need') void this.#supply(message.snapshot, message.objects)
    else if (message.kind === 'has') this.#provisions.supplied(message.snapshot)
    else if (message.kind === 'exit') given.exitCode = message.code
    else if (message.kind === 'started' && isOfCall) {
      this.#hasBegun = true
      this.#hasServed = true
      this.#provisions.begun(call)
    } else if (message.kind === 'result' && isOfCall) this.#answered(given, message, body)
    else if (message.kind === 'stream' && isOfCall) call.onStream((given.items = this.#open(call.id)))
    else if (message.kind === 'item' && isOfCall) given.items?.put(body)
    else if (message.kind !== 'progress') this.#fail(this.#confused(message))
    else if (isOfCall) call.onProgress(body)
  }

  async #supply(snapshot: string, objects: readonly string[]): Promise<void> {
    try {
      await this.#provisions.supply(snapshot, objects)
    } catch (error) {
      this.#fail(error)
    }
  }

  #answered(given: GivenCall, { ok, last }: { readonly ok: boolean; readonly last: boolean }, body: Encoded): void {
    given.isAnswered = true
    if (last) this.#isUsable = false
    const settle = (): void => {
      this.#callIsOver()
      given.resolve({ ok, body, runtime: this.#runtime })
    }
    this.transport.caughtUp().then(settle, (error: unknown) => this.#fail(error))
  }

  #fail(error: unknown): void {
    const given = this.#given
    this.#callIsOver()
    given?.reject(error)
  }

  #callIsOver(): void {
    this.transport.flushLines()
    this.#given = undefined
    if (this.#patience) clearTimeout(this.#patience)
    this.#patience = undefined
    this.#provisions.callIsOver()
  }

  /** There will be no more messages, because of `failure` where it is the peer's fault. */
  #over(failure: unknown): void {
    this.#isOver = true
    if (failure !== undefined) this.kill()
    if (this.#greeted) return this.#greet(failure === undefined ? undefined : Promise.reject(failure))
    if (!this.#given || this.#given.isAnswered) return
    if (failure === undefined) void this.#lose()
    else this.#fail(failure)
  }

  async #lose(): Promise<void> {
    const given = this.#given
    if (!given) return
    this.#isUsable = false
    // That it has begun may have been on its way.
    if (given.wasSent && (await this.#report.isCutOff())) this.#hasBegun = true
    const loss = await this.#report.ofCall({ hasBegun: this.#hasBegun, exitCode: given.exitCode })
    if (given === this.#given) this.#fail(loss)
  }

  /** An iterable that was stopped and does not end is no better than a call that does not. */
  #open(id: string): IncomingItems {
    return new IncomingItems({
      pull: count => this.#connection.send({ kind: 'pull', id, count }),
      stop: () => {
        this.#connection.send({ kind: 'stop', id })
        if (!this.#given?.isAnswered) this.abort(id, 'No more items are wanted.')
      },
    })
  }

  #hear(line: LogLine): PromiseLike<unknown> | undefined {
    this.#report.hear(line)
    if (this.#given) return this.#given.call.onLine(line)
    process.stderr.write(`[${this.transport.name}] ${line.text}\n`)
    return undefined
  }

  #confused({ kind }: WorkerMessage): ModulePickleError {
    this.kill()
    const why = `it sent ${kind} ${this.#given ? 'in the middle of a call' : 'where no call is under way'}`
    return new ModulePickleError('ERR_PROTOCOL', `The worker (${this.transport.name}) cannot be understood: ${why}.`)
  }
}
