/**
 * Stack traces of errors that happened on a worker, told in terms of the sender: its own files, then the place of the call,
 * then where the code ran.
 *
 * Input: an error that was decoded here, so that it is ours to change. Frames of the worker's own program are left out.
 */
import { fileURLToPath } from 'node:url'
import { tellPlaces, type SnapshotPlaces } from './told-places.ts'

/** What is needed to understand a worker's frames. */
export interface StackNames extends SnapshotPlaces {
  /** The file of code that travelled by value, by the name it has in frames. */
  readonly sources: ReadonlyMap<string, string>
}

export interface CallOrigin {
  readonly site: CallSite
  /** `local:` and the like. */
  readonly target: string
  readonly snapshotIds: readonly string[]
}

/** Where a call was made: cheap to take, and made into text only for an error. */
export type CallSite = { readonly stack?: string }

/** The place that called `caller`. */
export function callSite(caller: Function): CallSite {
  const site: { stack?: string } = {}
  Error.captureStackTrace(site, caller)
  return site
}

/** Rewrites the stack of `error`, and of the errors in it, where they are errors. */
export function retrace(error: unknown, names: StackNames, origin: CallOrigin): void {
  const seen = new Set<unknown>()
  const open = [error]
  while (open.length > 0) {
    const next = open.pop()
    if (!(next instanceof Error) || seen.has(next)) continue
    seen.add(next)
    const frames = framesOf(next).map(frame => locate(frame, names))
    const inside = frames.slice(0, 1 + frames.findLastIndex(frame => isOfInterest(frame, names)))
    const own = inside.filter(frame => !locationOf(frame)?.startsWith(names.runtime))
    tellPlaces(next, names)
    setFrames(next, next === error ? [...own, ...originFrames(origin)] : own)
    // Code can give an AggregateError anything for its errors.
    const errors: unknown = next instanceof AggregateError ? next.errors : undefined
    open.push(next.cause, ...(Array.isArray(errors) ? (errors as unknown[]) : []))
  }
}

/** Gives an error about a call, made by this package, the place of the call for its stack. */
export function placeAtCall(error: Error, origin: CallOrigin): void {
  setFrames(error, originFrames(origin))
}

/** The same for a call that never left. */
export function placeAtSite(error: Error, site: CallSite): void {
  setFrames(error, framesOf(site))
}

const framePattern = /^\s+at /
const locationPattern = /^(\s+at (?:async )?(?:.*? \()?)((?:file:|node:)?[^()]*)(:\d+:\d+\)?)$/
const snapshotPattern = /\/snapshots\/([0-9a-f]{64})\/[0-9a-f]{16}\/(.*)$/

function framesOf({ stack }: CallSite): string[] {
  return typeof stack === 'string' ? stack.split('\n').filter(line => framePattern.test(line)) : []
}

function setFrames(error: Error, frames: readonly string[]): void {
  if (typeof error.stack !== 'string') return
  const lines = error.stack.split('\n')
  const first = lines.findIndex(line => framePattern.test(line))
  const head = first < 0 ? lines : lines.slice(0, first)
  const stack = [...head, ...frames].join('\n')
  Reflect.defineProperty(error, 'stack', { value: stack, writable: true, configurable: true, enumerable: false })
}

function locate(frame: string, { sources, sourceOf }: StackNames): string {
  const [, before, location, after] = locationPattern.exec(frame) ?? []
  if (location === undefined) return frame
  const [, id, inside] = snapshotPattern.exec(decoded(location)) ?? []
  const file = id === undefined ? sources.get(location) : sourceOf(id, inside ?? '')
  return file === undefined ? frame : `${before}${file}${after}`
}

function decoded(location: string): string {
  return location.startsWith('file:') ? fileURLToPath(location) : location
}

/** The innermost frames that are the worker's own, or Node's on its behalf, say nothing about the code that was called. */
function isOfInterest(frame: string, { runtime }: StackNames): boolean {
  const location = locationOf(frame)
  return location !== undefined && !location.startsWith(runtime) && !location.startsWith('node:')
}

function locationOf(frame: string): string | undefined {
  return locationPattern.exec(frame)?.[2]
}

function originFrames({ site, target, snapshotIds }: CallOrigin): string[] {
  const snapshots = snapshotIds.map(id => `, snapshot ${id.slice(0, 8)}`).join('')
  return [...framesOf(site), `    at <executor ${target}${snapshots}>`]
}
