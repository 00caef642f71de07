/**
 * Ctrl-C: the first one asks for an orderly end, the second one ends the program. Where code runs in this very process, which it may
 * keep busy, nothing could be asked: the first one ends it.
 */
import { exitCodes } from './exit-codes.ts'

export interface Interruption {
  readonly signal: AbortSignal
  dispose(): void
}

/** `target` is where the code runs. */
export function listenForInterruption(target: string): Interruption {
  const aborting = new AbortController()
  if (target.startsWith('inline:')) return { signal: aborting.signal, dispose: () => {} }
  const onSignal = (): void => {
    if (aborting.signal.aborted) process.exit(exitCodes.interrupted)
    aborting.abort()
  }
  process.on('SIGINT', onSignal)
  return { signal: aborting.signal, dispose: () => process.off('SIGINT', onSignal) }
}
