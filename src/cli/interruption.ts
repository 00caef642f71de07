/**
 * Ctrl-C: the first one asks for an orderly end, the second one ends the program.
 */
import { exitCodes } from './exit-codes.ts'

export interface Interruption {
  readonly signal: AbortSignal
  dispose(): void
}

export function listenForInterruption(): Interruption {
  const aborting = new AbortController()
  const onSignal = (): void => {
    if (aborting.signal.aborted) process.exit(exitCodes.interrupted)
    aborting.abort()
  }
  process.on('SIGINT', onSignal)
  return { signal: aborting.signal, dispose: () => process.off('SIGINT', onSignal) }
}
