/**
 * What the sender says, taken apart: calls in order, supplies for whoever waits for them, and what concerns the call that runs
 * at once, also while it runs.
 */
import { ModulePickleError } from '../errors.ts'
import { Mailbox, type Received, type SenderMessage, type WorkerMessage } from '../protocol/index.ts'
import type { Encoded } from '../call/encoded.ts'
import { DefinedFunction } from './invocation.ts'
import type { RunningCall } from '../call/running-call.ts'
import { runtime } from './runtime.ts'
import type { SupplyLine, ToSender } from './supply.ts'

export interface IncomingCall {
  readonly id: string
  readonly attempt: number
  readonly traceparent: string | undefined
  /** The pickle of `{ fn, args }`, or of `{ args }` where there is `defined`. */
  readonly body: Encoded
  readonly defined: DefinedFunction | undefined
}

export class Conversation {
  readonly calls = new Mailbox<IncomingCall>()
  /** What the sender's supplies answer. */
  readonly supplies: SupplyLine
  /** Settles when this process ends with its sender, whatever code of a call does. */
  readonly watching: Promise<void>
  /** The call that is under way. */
  running: RunningCall | undefined
  readonly #sender: ToSender
  readonly #supplied = new Mailbox<Received<SenderMessage>>()
  readonly #functions = new Map<string, DefinedFunction>()

  constructor(sender: ToSender, watching: Promise<void>) {
    this.#sender = sender
    this.watching = watching
    this.supplies = { send: message => sender.send(message), receive: () => this.#supplied.take() }
    sender.listen({
      take: received => this.#take(received),
      over: failure => {
        this.calls.close(failure)
        this.#supplied.close(failure)
      },
    })
  }

  send(message: WorkerMessage, body?: Encoded): void {
    this.#sender.send(message, body?.bytes, body?.buffers)
  }

  /** Settles when all that was sent has left this process; undefined where it has. */
  flushed(): Promise<void> | undefined {
    return this.#sender.isFlushed ? undefined : this.#sender.flushed()
  }

  /** Settles when the sender takes more. */
  drained(): Promise<void> {
    return this.#sender.drained()
  }

  #take(received: Received<SenderMessage>): void {
    const { message, body: bytes, buffers } = received
    switch (message.kind) {
      case 'packages':
        runtime().tellPackages(message.directories)
        break
      case 'define':
        this.#functions.set(message.functionId, new DefinedFunction({ bytes, buffers }))
        break
      case 'release':
        this.#functions.delete(message.functionId)
        break
      case 'call': {
        const { id, attempt, traceparent, functionId } = message
        const defined = functionId === null ? undefined : this.#functions.get(functionId)
        this.calls.put({ id, attempt, traceparent: traceparent ?? undefined, body: { bytes, buffers }, defined })
        break
      }
      case 'abort':
        this.#runningAs(message.id)?.abort(new ModulePickleError('ERR_CALL_CANCELLED', message.reason))
        break
      case 'pull':
        this.#runningAs(message.id)?.items.pull(message.count)
        break
      case 'stop':
        this.#runningAs(message.id)?.items.stop()
        break
      case 'close':
        this.calls.close()
        break
      default:
        this.#supplied.put(received)
    }
  }

  /** What is said about a call may arrive when it is over. */
  #runningAs(id: string): RunningCall | undefined {
    return this.running?.id === id ? this.running : undefined
  }
}
