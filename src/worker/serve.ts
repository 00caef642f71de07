/**
 * The worker's work: materialize → decode → run → answer, one call after the other.
 *
 * Ends when the sender says so or is gone, when a call has left the process in a state that no other call should find, when it
 * has run enough versions of the code, or when its cache was removed: the call that it was given then goes to another worker.
 */
import type { Writable } from 'node:stream'
import { invoke, type Invocation, type ItemSink } from '../call/invoke.ts'
import { encodeOutcome, type Outcome } from '../call/outcome.ts'
import { RunningCall } from '../call/running-call.ts'
import { readManifest } from '../cloudpickle/cloudunpickler.ts'
import type { Manifest } from '../cloudpickle/index.ts'
import { intrinsicByName } from '../pickle/index.ts'
import { protocolVersion } from '../protocol/index.ts'
import { compressions } from '../snapshot/objects/compression.ts'
import { hasStrayed, outcomeOf } from './call-guard.ts'
import { Conversation, type IncomingCall } from './conversation.ts'
import { invocationAtHand, invocationOf } from './invocation.ts'
import { encode } from './encode.ts'
import { runtime } from './runtime.ts'
import { withTraceparent } from './trace-environment.ts'
import { obtainSnapshots, type SupplyLine, type ToSender } from './supply.ts'

/**
 * Settles when there is nothing more to do. `programUrl` is what stack frames of the worker itself begin with; no code of a call
 * runs before `watching`.
 * @throws ModulePickleError ERR_PROTOCOL
 */
export async function serve(sender: ToSender, programUrl: string, watching: Promise<void>): Promise<void> {
  const conversation = new Conversation(sender, watching)
  conversation.send({
    kind: 'ready',
    protocol: protocolVersion,
    node: process.version,
    pid: process.pid,
    runtime: programUrl,
    compressions: compressions.join(' '),
  })
  // What nearly every pickle needs is made while the sender takes its turn.
  setImmediate(intrinsicByName, 'Object')
  for (let call = await conversation.calls.take(); call; call = await conversation.calls.take()) {
    const atHand = invocationAtHand(call.body, call.defined)
    const isNeeded = (): boolean => !atHand && needsModules(call)
    if (!runtime().cache.isWhole(isNeeded) || (await answer(call, atHand, conversation))) return
  }
}

/** Runs a call and sends its outcome; true when this worker should run no other. */
async function answer(
  call: IncomingCall,
  atHand: Invocation | undefined,
  conversation: Conversation,
): Promise<boolean> {
  const { ok, body } = encodeOutcome(await outcomeOfCall(call, atHand, conversation), encode)
  conversation.running = undefined
  const last = hasStrayed() || runtime().cache.retirement.isDue
  // What the call has printed is on its way before the sender learns that the call is over.
  for (const output of [process.stdout, process.stderr]) if (!isWritten(output)) await written(output)
  conversation.send({ kind: 'result', id: call.id, ok, last }, body)
  return last
}

async function outcomeOfCall(
  call: IncomingCall,
  atHand: Invocation | undefined,
  conversation: Conversation,
): Promise<Outcome> {
  const { id, attempt, traceparent, body, defined } = call
  let snapshotId = defined?.known && defined.manifest.snapshots[0]
  try {
    if (!atHand) snapshotId = await obtain(call, conversation.supplies)
  } catch (error) {
    return { ok: false, error }
  }
  await conversation.watching
  const progress = (value: unknown): void => conversation.send({ kind: 'progress', id }, encode({ value }))
  const running = new RunningCall({ id, attempt, snapshotId, traceparent, progress })
  conversation.running = running
  conversation.send({ kind: 'started', id })
  // Whatever becomes of this process, the sender must not think that nothing has run.
  const flushed = conversation.flushed()
  if (flushed) await flushed
  const sink: ItemSink = {
    open: () => conversation.send({ kind: 'stream', id }),
    give: async value => {
      conversation.send({ kind: 'item', id }, encode({ value }))
      await conversation.drained()
    },
  }
  const run = async (): Promise<unknown> => invoke(atHand ?? (await invocationOf(body, defined)), running, sink)
  return withTraceparent(traceparent, () => outcomeOf(running.visible, run))
}

/** Puts in place what the pickles of a call refer to; gives the first of the snapshots. */
async function obtain(call: IncomingCall, supplies: SupplyLine): Promise<string | undefined> {
  const { arrival, cache } = runtime()
  const manifests = manifestsOf(call)
  for (const manifest of manifests) await obtainSnapshots(manifest, cache, arrival.packages, supplies)
  return manifests.flatMap(({ snapshots }) => snapshots)[0]
}

/** Whether a call names modules of the cache. What cannot be read names none: that is for the call to say. */
function needsModules(call: IncomingCall): boolean {
  try {
    return manifestsOf(call).some(({ snapshots, packages }) => snapshots.length + packages.length > 0)
  } catch {
    return false
  }
}

function manifestsOf({ body, defined }: IncomingCall): Manifest[] {
  const own = readManifest(body.bytes)
  return defined ? [defined.manifest, own] : [own]
}

function isWritten(stream: Writable): boolean {
  return stream.writableLength === 0 || stream.destroyed
}

async function written(stream: Writable): Promise<void> {
  await new Promise<void>(resolve => stream.write('', () => resolve()))
}
