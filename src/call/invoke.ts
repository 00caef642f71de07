/**
 * Calls a function as a call does: its result is what it settles with, or, where that is an async iterable, the items of that.
 */
import { inspect } from 'node:util'
import { traceAsync, type StageDetails } from '../diagnostics/channels.ts'
import { ModulePickleError } from '../errors.ts'
import { isAsyncIterable } from './outgoing-items.ts'
import type { RunningCall } from './running-call.ts'

/** What the pickles of a call hold. */
export interface Invocation {
  readonly fn: (...args: readonly unknown[]) => unknown
  readonly args: readonly unknown[]
}

/** Where the items of an async iterable go. */
export interface ItemSink {
  /** There will be items. */
  open(): void
  give(item: unknown): Promise<void>
}

/** The result, or what the iterable returned when its items were over. */
export function invoke(invocation: Invocation, running: RunningCall, sink: ItemSink): Promise<unknown> {
  const { id: callId, attempt, traceparent, snapshotId } = running.visible
  const details = (): StageDetails['run'] => ({ callId, attempt, traceparent, snapshotId })
  return traceAsync('run', () => callAndSend(invocation, running, sink), { details })
}

async function callAndSend({ fn, args }: Invocation, running: RunningCall, sink: ItemSink): Promise<unknown> {
  if (typeof fn !== 'function') throw notRunnable(fn)
  const result: unknown = await Reflect.apply(fn, undefined, args)
  if (!isAsyncIterable(result)) return result
  sink.open()
  return running.items.send(result, item => sink.give(item))
}

/** Who made the call may not have known, as where an export was named. */
function notRunnable(value: unknown): ModulePickleError {
  const [what = ''] = inspect(value, { depth: 0, customInspect: false }).split('\n')
  return new ModulePickleError(
    'ERR_NOT_A_FUNCTION',
    `What is to run has to be a function, and is ${what.slice(0, 80)}.`,
  )
}
