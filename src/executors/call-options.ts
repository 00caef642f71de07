/**
 * What a caller wants of calls beyond their results: when they end, whether they are repeated, who hears of them.
 */
import type { LogLine } from './logs.ts'
import { checkAmounts, checkCount, checkFunction, checkNames, checkTimeout, checkChoice } from './options.ts'
import { isLoss } from './worker-loss.ts'

/** Repeats calls that failed. Between two attempts there is a pause, twice as long each time. */
export interface RetryOptions {
  /** How many times a call is repeated at most. */
  readonly limit: number
  /** The first pause, in milliseconds; default 100. Each pause is shortened at random by up to half. */
  readonly backoffMs?: number
  /** The longest pause, in milliseconds; default 10,000. */
  readonly maximumBackoffMs?: number
  /** Which errors to repeat calls for; by default lost workers alone, as nobody else knows what a call has done already. */
  readonly when?: (error: unknown, attempt: number) => boolean
}

export interface CallOptions {
  /** Cancels the calls when it aborts. */
  readonly signal?: AbortSignal
  /** Ends a call that takes longer: it rejects with ERR_CALL_TIMEOUT. Counted from the call, with waiting and repeating. */
  readonly timeoutMs?: number
  /** How many times a call whose worker is lost is repeated, or how that is done. Default: not at all. */
  readonly retries?: number | RetryOptions
  /** What calls need of the place where they run, such as `{ gpu: 1 }`, where the executor shares that out. */
  readonly resources?: Readonly<Record<string, number>>
  /**
   * The trace that calls belong to, as a W3C `traceparent`, or what gives it: asked when a call is started, where it is started, so
   * that it can look at what is active there. Their code finds it in `currentCall()`.
   */
  readonly traceparent?: string | (() => string | undefined)
  /**
   * `data` takes nothing but data from the other end: a result, item, error or progress that is a function, or an instance of a
   * class of your own, ends the call with ERR_GLOBAL_FORBIDDEN. For places that you do not trust with this process.
   */
  readonly allow?: 'data'
  /**
   * Takes what calls print, line by line, which is then not echoed to stderr. Where it returns a promise, no more is read while that
   * is pending, so code that prints a lot waits for it.
   */
  readonly onLog?: (line: LogLine, callId: string) => unknown
  /** Takes what calls give to `currentCall().progress`. */
  readonly onProgress?: (value: unknown, callId: string) => void
}

const names = ['signal', 'timeoutMs', 'retries', 'resources', 'onLog', 'onProgress', 'traceparent', 'allow'] as const

/** @throws TypeError or RangeError for options that mean nothing */
export function checkCallOptions(of: string, options: CallOptions): void {
  checkNames(of, options, names)
  const { signal, timeoutMs, retries, resources, onLog, onProgress, traceparent, allow } = options
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError('signal has to be an AbortSignal, as an AbortController has it.')
  }
  if (timeoutMs !== undefined) checkTimeout('timeoutMs', timeoutMs)
  if (resources !== undefined) checkAmounts('resources', resources)
  if (allow !== undefined) checkChoice('allow', allow, ['data'])
  if (typeof traceparent !== 'function') checkTraceparent(traceparent)
  if (onLog !== undefined) checkFunction('onLog', onLog)
  if (onProgress !== undefined) checkFunction('onProgress', onProgress)
  if (typeof retries === 'object') checkRetries(retries)
  else if (retries !== undefined && retries !== 0) checkCount('retries', retries)
}

/** @throws RangeError for what is none */
export function traceparentOf({ traceparent }: CallOptions): string | undefined {
  if (typeof traceparent !== 'function') return traceparent
  const given = traceparent()
  checkTraceparent(given)
  return given
}

/** W3C Trace Context: version, trace id, parent id, flags. */
const traceparentPattern = /^[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}(?:-.*)?$/

function checkTraceparent(value: unknown): void {
  if (value === undefined || (typeof value === 'string' && traceparentPattern.test(value))) return
  throw new RangeError(
    `traceparent has to look like 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, and is ${JSON.stringify(value)}.`,
  )
}

function checkRetries(retries: RetryOptions): void {
  checkNames('retries', retries, ['limit', 'backoffMs', 'maximumBackoffMs', 'when'])
  if (retries.limit !== 0) checkCount('retries.limit', retries.limit)
  for (const name of ['backoffMs', 'maximumBackoffMs'] as const) {
    if (retries[name] !== undefined) checkTimeout(`retries.${name}`, retries[name])
  }
  if (retries.when !== undefined) checkFunction('retries.when', retries.when)
}

/** How long to wait before a call that failed for the `attempt`th time is repeated, in ms; undefined: it is not. */
export function pauseBeforeRetry({ retries = 0 }: CallOptions, error: unknown, attempt: number): number | undefined {
  const { limit, backoffMs = 100, maximumBackoffMs = 10_000, when = isLoss } = asOptions(retries)
  if (attempt > limit || !when(error, attempt)) return undefined
  return Math.min(maximumBackoffMs, backoffMs * 2 ** (attempt - 1)) * (1 - Math.random() / 2)
}

function asOptions(retries: number | RetryOptions): RetryOptions {
  return typeof retries === 'number' ? { limit: retries } : retries
}
