/**
 * The worker's conversation with its sender: materialize → decode → run → answer, one message after the other.
 *
 * Ends when the sender says so or is gone, or when a call has left the process in a state that no other call should find.
 */
import type { Writable } from 'node:stream'
import { readManifest } from '../cloudpickle/cloudunpickler.ts'
import { unpickle } from '../modulepickle.ts'
import { protocolVersion } from '../protocol/index.ts'
import { outcomeOf } from './call-guard.ts'
import { encodeOutcome, type Outcome } from './outcome.ts'
import { runtime } from './runtime.ts'
import { obtainSnapshots, outOfOrder, type ToSender } from './supply.ts'

/** What the pickles of a call and of its function hold, together. */
interface Invocation {
  readonly fn: (...args: readonly unknown[]) => unknown
  readonly args: readonly unknown[]
}

/** A function that the sender has defined: decoded for the first call, so that a failure to do so is that call's. */
class Defined {
  readonly pickle: Uint8Array
  #decoded: Partial<Invocation> | undefined

  constructor(pickle: Uint8Array) {
    this.pickle = pickle
  }

  async decoded(): Promise<Partial<Invocation>> {
    return (this.#decoded ??= await decode(this.pickle))
  }
}

/**
 * Settles when there is nothing more to do. `programUrl` is what stack frames of the worker itself begin with.
 * @throws ModulePickleError ERR_PROTOCOL
 */
export async function serve(sender: ToSender, programUrl: string): Promise<void> {
  const functions = new Map<string, Defined>()
  const { tellPackages } = runtime()
  sender.send({
    kind: 'ready',
    protocol: protocolVersion,
    node: process.version,
    pid: process.pid,
    runtime: programUrl,
  })
  for (let next = await sender.receive(); next; next = await sender.receive()) {
    const { message, body } = next
    switch (message.kind) {
      case 'packages':
        tellPackages(message.directories)
        break
      case 'define':
        functions.set(message.functionId, new Defined(body))
        break
      case 'release':
        functions.delete(message.functionId)
        break
      case 'call': {
        const { id, functionId } = message
        const isLast = await answer(id, body, functionId === null ? undefined : functions.get(functionId), sender)
        if (isLast) return
        break
      }
      case 'close':
        return
      default:
        throw outOfOrder(message.kind)
    }
  }
}

/** Runs a call and sends its outcome; true when this worker should run no other. */
async function answer(id: string, body: Uint8Array, defined: Defined | undefined, sender: ToSender): Promise<boolean> {
  const pickles = defined ? [defined.pickle, body] : [body]
  const outcome = (await hindrance(pickles, sender)) ?? (await run(id, body, defined, sender))
  const { ok, body: pickle } = encodeOutcome(outcome)
  const last = !outcome.ok && outcome.stray
  // What the call has printed is on its way before the sender learns that the call is over.
  await Promise.all([written(process.stdout), written(process.stderr)])
  sender.send({ kind: 'result', id, ok, last }, pickle)
  return last
}

async function run(id: string, body: Uint8Array, defined: Defined | undefined, sender: ToSender): Promise<Outcome> {
  sender.send({ kind: 'started', id })
  // Whatever becomes of this process, the sender must not think that nothing has run.
  await sender.flushed()
  return outcomeOf(id, async () => {
    const { fn, args } = { ...(await defined?.decoded()), ...(await decode(body)) } as Invocation
    return Reflect.apply(fn, undefined, args)
  })
}

/** Gets what the pickles of a call need; what comes of the call if that fails. */
async function hindrance(pickles: readonly Uint8Array[], sender: ToSender): Promise<Outcome | undefined> {
  const { arrival, cache } = runtime()
  try {
    for (const pickle of pickles) {
      await obtainSnapshots(readManifest(pickle).snapshots, cache, arrival.packages, sender)
    }
    return undefined
  } catch (error) {
    return { ok: false, error, stray: false }
  }
}

async function decode(pickle: Uint8Array): Promise<Partial<Invocation>> {
  return (await unpickle(pickle, runtime().arrival)) as Partial<Invocation>
}

async function written(stream: Writable): Promise<void> {
  if (stream.writableLength === 0 || stream.destroyed) return
  await new Promise<void>(resolve => stream.write('', () => resolve()))
}
