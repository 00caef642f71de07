/**
 * Tracing channels of node:diagnostics_channel, one for each stage: `modulepickle.capture` and so on.
 *
 * What subscribers get is made only for them: without any, a stage costs one look at a flag. docs/DIAGNOSTICS.md has what each
 * channel tells.
 */
import { tracingChannel, type TracingChannel } from 'node:diagnostics_channel'

/** What is known when a stage begins; the optional part when it has ended. */
export interface StageDetails {
  /** A function is looked at. `travels` is what becomes of it. */
  capture: { readonly name: string; travels?: string }
  /** The local packages of one project are looked at, and taken. */
  pack: { readonly root: string; readonly modules: number; snapshotId?: string }
  /** A value becomes a pickle. Capturing and packing happen meanwhile. */
  encode: { sizeBytes?: number }
  /** A call is with the executor, from its pickle to its outcome. */
  transport: CallDetails & { readonly target: string; readonly sizeBytes: number; ok?: boolean }
  /** A snapshot is written to the cache. */
  materialize: { readonly snapshotId: string; readonly directory: string }
  /** A pickle becomes a value. What it needs is put in place, and its modules are imported, meanwhile. */
  decode: { readonly sizeBytes: number; readonly modules: readonly string[] }
  /** The function of a call runs. */
  run: CallDetails & { readonly snapshotId: string | undefined }
}

interface CallDetails {
  readonly callId: string
  readonly attempt: number
  readonly traceparent: string | undefined
}

export type Stage = keyof StageDetails

/** In the order in which a call goes through them. */
export const stages: readonly Stage[] = ['capture', 'pack', 'encode', 'transport', 'materialize', 'decode', 'run']

const channels = new Map(stages.map(stage => [stage, tracingChannel<object, object>(`modulepickle.${stage}`)]))

interface Traced<S extends Stage, R> {
  readonly details: () => StageDetails[S]
  /** What to add to the details in the end. */
  readonly ended?: (result: R) => Partial<StageDetails[S]>
}

/** Does `work`, a stage, and tells the stage's subscribers. */
export function traceSync<S extends Stage, R>(stage: S, work: () => R, { details, ended }: Traced<S, R>): R {
  const channel = subscribed(stage)
  if (!channel) return work()
  const context: object = details()
  return channel.traceSync(() => {
    const result = work()
    if (ended) Object.assign(context, ended(result))
    return result
  }, context)
}

/** The same for work that takes its time. */
export function traceAsync<S extends Stage, R>(
  stage: S,
  work: () => Promise<R>,
  { details, ended }: Traced<S, R>,
): Promise<R> {
  const channel = subscribed(stage)
  if (!channel) return work()
  const context: object = details()
  const traced = async (): Promise<R> => {
    const result = await work()
    if (ended) Object.assign(context, ended(result))
    return result
  }
  return channel.tracePromise(traced, context)
}

/** Whether anybody is told of the stage. */
export function isTraced(stage: Stage): boolean {
  return channels.get(stage)!.hasSubscribers
}

function subscribed(stage: Stage): TracingChannel<object, object> | undefined {
  const channel = channels.get(stage)!
  return channel.hasSubscribers ? channel : undefined
}
