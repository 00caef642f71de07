/**
 * Who hears of a call while it runs: the tail of its lines, and what the caller gave to listen.
 *
 * A listener that throws ends nothing of the call: its error is reported as any that nobody catches.
 */
import type { Encoded } from '../call/encoded.ts'
import type { CallOptions } from './call-options.ts'
import type { LogLine, LogTail } from './logs.ts'

/** How what a call says is read, and what becomes of one whose words cannot be. */
interface Reading {
  decode(body: Encoded): Promise<unknown>
  fail(error: unknown): void
}

export class CallListener {
  readonly #callId: string
  readonly #options: CallOptions
  readonly #logs: LogTail
  readonly #reading: Reading
  /** What was said first is told first, however long it takes to decode. */
  #told: Promise<void> = Promise.resolve()

  constructor(callId: string, options: CallOptions, logs: LogTail, reading: Reading) {
    this.#callId = callId
    this.#options = options
    this.#logs = logs
    this.#reading = reading
  }

  readonly onLine = (line: LogLine): PromiseLike<unknown> | undefined => {
    this.#logs.add(line)
    const { onLog } = this.#options
    if (onLog) return report(() => onLog(line, this.#callId))
    process.stderr.write(`[call ${this.#callId}] ${line.text}\n`)
    return undefined
  }

  readonly onProgress = (body: Encoded): void => {
    const { onProgress } = this.#options
    if (!onProgress) return
    const tell = async (): Promise<void> => {
      const { value } = (await this.#reading.decode(body)) as { readonly value: unknown }
      report(() => onProgress(value, this.#callId))
    }
    this.#told = this.#told.then(tell).catch((error: unknown) => this.#reading.fail(error))
  }
}

/** Settles when what `tell` has begun is over, where that takes its time. */
function report(tell: () => unknown): PromiseLike<unknown> | undefined {
  try {
    const told = tell()
    return isThenable(told) ? told.then(undefined, raise) : undefined
  } catch (error) {
    raise(error)
    return undefined
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

function raise(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
