/**
 * The sender's side of the conversation with one worker: one call at a time.
 *
 * Every call ends: with an answer, or with an error that says how the worker was lost.
 */
import { codes, ModulePickleError, type ErrorCode } from '../errors.ts'
import {
  Connection,
  decodeWorkerMessage,
  protocolVersion,
  type Received,
  type SenderMessage,
  type WorkerMessage,
} from '../protocol/index.ts'
import { commonCompression } from '../snapshot/objects/compression.ts'
import { IncomingItems } from './incoming-items.ts'
import { LogTail } from './logs.ts'
import type { Answer, OutgoingCall } from './outgoing-call.ts'
import { Provisions, type SupplyCounts } from './provisions.ts'
import type { ShippedSnapshots } from './shipped-snapshots.ts'
import type { WorkerEnd, WorkerTransport } from './transport.ts'
import { codeOfEnd, describeLastLines, describeLoss, describeStartFailure } from './worker-loss.ts'

const readyTimeoutMs = 60_000
const closeTimeoutMs = 3_000
/** How long a call that nobody wants any more may take to end by itself. */
const patienceMs = 250

export class RemoteWorker {
  readonly transport: WorkerTransport
  readonly #connection: Connection<SenderMessage, WorkerMessage>
  readonly #provisions: Provisions
  readonly #stderr = new LogTail()
  #runtime = ''
  #isUsable = true
  #hasBegun = false
  #calling: string | undefined
  #patience: NodeJS.Timeout | undefined

  /** `counts` is added to. */
  constructor(transport: WorkerTransport, shipped: ShippedSnapshots, counts: SupplyCounts) {
    this.transport = transport
    this.#connection = new Connection(transport.stream, decodeWorkerMessage)
    this.#provisions = new Provisions(this.#connection, shipped, counts)
    this.#listen(undefined)
    void transport.ended.then(() => (this.#isUsable = false))
  }

  /** Whether it can take another call. */
  get isUsable(): boolean {
    return this.#isUsable
  }

  /** Whether the code of the last call has begun to run. If not, the call had no effects, and can be given to another worker. */
  get hasBegun(): boolean {
    return this.#hasBegun
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
      const received = await this.#receive()
      if (received?.message.kind === 'unready') throw unready(received.message)
      if (received?.message.kind !== 'ready') throw await this.#startFailure()
      checkVersion(received.message.protocol, received.message.node)
      this.#runtime = received.message.runtime
      this.#provisions.compression = commonCompression(received.message.compressions)
    } catch (error) {
      this.transport.kill()
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  /** @throws ModulePickleError ERR_WORKER_LOST when the worker ends before the call does */
  async call(call: OutgoingCall): Promise<Answer> {
    this.#listen(call)
    this.#calling = call.id
    try {
      return await this.#converse(call)
    } finally {
      this.#calling = undefined
      clearTimeout(this.#patience)
      this.#patience = undefined
      this.#provisions.callIsOver()
      this.#listen(undefined)
    }
  }

  /** The result of the call is not wanted any more. It is told, and if it does not end soon, the worker ends. */
  abort(callId: string, reason: string): void {
    if (callId !== this.#calling) return
    this.#connection.send({ kind: 'abort', id: callId, reason })
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

  async #converse(call: OutgoingCall): Promise<Answer> {
    this.#hasBegun = false
    this.#provisions.prepare(call)
    const { id, attempt, fn, traceparent = null } = call
    const { bytes, buffers } = call.pickled
    this.#connection.send({ kind: 'call', id, functionId: fn?.id ?? null, attempt, traceparent }, bytes, buffers)
    let items: IncomingItems | undefined
    let exitCode: number | undefined
    for (let next = await this.#receive(); next; next = await this.#receive()) {
      const { message, body: bytes, buffers } = next
      const body = { bytes, buffers }
      if (message.kind === 'need') await this.#provisions.supply(message.snapshot, message.objects)
      else if (message.kind === 'has') this.#provisions.supplied(message.snapshot)
      else if (message.kind === 'started' && message.id === id) {
        this.#hasBegun = true
        this.#provisions.begun(call)
      } else if (message.kind === 'progress' && message.id === id) call.onProgress(body)
      else if (message.kind === 'stream' && message.id === id) call.onStream((items = this.#open(id)))
      else if (message.kind === 'item' && message.id === id) items?.put(body)
      else if (message.kind === 'exit') exitCode = message.code
      else if (message.kind === 'result' && message.id === id) {
        if (message.last) this.#isUsable = false
        await this.transport.caughtUp()
        return { ok: message.ok, body, runtime: this.#runtime }
      } else throw this.#confused(`it sent ${message.kind} in the middle of a call`)
    }
    throw await this.#loss(exitCode)
  }

  /** An iterable that was stopped and does not end is no better than a call that does not. */
  #open(id: string): IncomingItems {
    return new IncomingItems({
      pull: count => this.#connection.send({ kind: 'pull', id, count }),
      stop: () => {
        this.#connection.send({ kind: 'stop', id })
        this.abort(id, 'No more items are wanted.')
      },
    })
  }

  async #receive(): Promise<Received<WorkerMessage> | undefined> {
    try {
      return await this.#connection.receive()
    } catch (error) {
      this.kill()
      throw error
    }
  }

  #listen(call: OutgoingCall | undefined): void {
    this.transport.flushLines()
    this.transport.onLine = line => {
      if (line.stream === 'stderr') this.#stderr.add(line)
      if (call) call.onLine(line)
      else process.stderr.write(`[${this.transport.name}] ${line.text}\n`)
    }
  }

  #confused(why: string): ModulePickleError {
    this.kill()
    return new ModulePickleError('ERR_PROTOCOL', `The worker (${this.transport.name}) cannot be understood: ${why}.`)
  }

  async #loss(exitCode: number | undefined): Promise<ModulePickleError> {
    this.#isUsable = false
    const end = await this.#ended()
    const lines = this.#lastLines()
    const what = describeLoss(this.transport.name, end, { hasBegun: this.#hasBegun, exitCode }, lines)
    return new ModulePickleError(codeOfEnd(end, 'ERR_WORKER_LOST'), what + describeLastLines(lines), {
      cause: end.failure,
    })
  }

  async #startFailure(): Promise<ModulePickleError> {
    const end = await this.#ended()
    const what = describeStartFailure(this.transport.name, end)
    const message = what + describeLastLines(this.#lastLines())
    return new ModulePickleError(codeOfEnd(end, 'ERR_WORKER_START'), message, { cause: end.failure })
  }

  /** A worker that has ended the conversation is of no use, even where it still runs. */
  async #ended(): Promise<WorkerEnd> {
    const timer = setTimeout(() => this.transport.kill(), closeTimeoutMs)
    const end = await this.transport.ended
    clearTimeout(timer)
    return end
  }

  #lastLines(): string[] {
    return this.#stderr.lines().map(({ text }) => text)
  }
}

function checkVersion(protocol: number, node: string): void {
  if (protocol === protocolVersion) return
  throw new ModulePickleError(
    'ERR_FORMAT_VERSION',
    `The worker (Node ${node}) speaks protocol ${protocol}, and this modulepickle speaks ${protocolVersion}. Use the same version at both ends.`,
  )
}

function unready({ code, message }: { readonly code: string; readonly message: string }): ModulePickleError {
  return new ModulePickleError(
    isErrorCode(code) ? code : 'ERR_WORKER_START',
    `A worker could not be started. ${message}`,
  )
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(codes, code)
}
