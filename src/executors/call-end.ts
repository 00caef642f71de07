/**
 * What may end a call before it is done: its caller, a signal, its time. The first of them counts.
 */
import { ModulePickleError } from '../errors.ts'
import type { CallOptions } from './call-options.ts'
import { clearTimeout, setTimeout } from '../timers.ts'

export class CallEnd {
  /** Why the call was ended, if it was. */
  reason: ModulePickleError | undefined
  readonly #callId: string
  readonly #signal: AbortSignal | undefined
  readonly #onAbort = (): void => this.end(cancelled(`Call ${this.#callId}`, this.#signal?.reason))
  readonly #timer: NodeJS.Timeout | undefined
  #listener: (reason: ModulePickleError) => void = () => {}

  constructor(callId: string, { signal, timeoutMs }: CallOptions) {
    this.#callId = callId
    this.#signal = signal
    if (signal?.aborted) this.#onAbort()
    else signal?.addEventListener('abort', this.#onAbort, { once: true })
    if (timeoutMs !== undefined) this.#timer = setTimeout(() => this.end(timedOut(callId, timeoutMs)), timeoutMs)
  }

  cancel(): void {
    this.end(cancelled(`Call ${this.#callId}`))
  }

  end(reason: ModulePickleError): void {
    if (this.reason) return
    this.reason = reason
    this.#listener(reason)
  }

  /** `listener` alone is told from now on. */
  listen(listener: (reason: ModulePickleError) => void): void {
    this.#listener = listener
  }

  /** Settles after a while. @throws why the call was ended meanwhile */
  async pause(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve, reject) => {
      this.#listener = reject
      timer = setTimeout(resolve, ms)
    }).finally(() => clearTimeout(timer))
  }

  /** The call is over. */
  dispose(): void {
    clearTimeout(this.#timer)
    this.#signal?.removeEventListener('abort', this.#onAbort)
  }
}

export function cancelled(what: string, cause?: unknown): ModulePickleError {
  return new ModulePickleError('ERR_CALL_CANCELLED', `${what} was cancelled.`, { cause })
}

function timedOut(callId: string, timeoutMs: number): ModulePickleError {
  return new ModulePickleError(
    'ERR_CALL_TIMEOUT',
    `Call ${callId} was not done after ${timeoutMs} ms, and was ended. Allow it more in \`timeoutMs\`, or give it less to do.`,
  )
}
