/**
 * Who hears of a call while it runs: the tail of its lines, and what the caller gave to listen.
 *
 * A listener that throws ends nothing of the call: its error is reported as any that nobody catches.
 */
import type { Encoded } from '../call/encoded.ts'
import type { CallOptions } from './call-options.ts'
import type { LogLine, LogTail } from './logs.ts'

export class CallListener {
  readonly #callId: string
  readonly #options: CallOptions
  readonly #logs: LogTail
  readonly #decode: (body: Encoded) => Promise<unknown>
  /** What was said first is told first, however long it takes to decode. */
  #told: Promise<void> = Promise.resolve()

  constructor(callId: string, options: CallOptions, logs: LogTail, decode: (body: Encoded) => Promise<unknown>) {
    this.#callId = callId
    this.#options = options
    this.#logs = logs
    this.#decode = decode
  }

  readonly onLine = (line: LogLine): void => {
    this.#logs.add(line)
    const { onLog } = this.#options
    if (onLog) report(() => onLog(line, this.#callId))
    else process.stderr.write(`[call ${this.#callId}] ${line.text}\n`)
  }

  readonly onProgress = (body: Encoded): void => {
    const { onProgress } = this.#options
    if (!onProgress) return
    this.#told = this.#told.then(async () => {
      const { value } = (await this.#decode(body)) as { readonly value: unknown }
      report(() => onProgress(value, this.#callId))
    })
  }
}

function report(tell: () => void): void {
  try {
    tell()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
