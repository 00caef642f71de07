/**
 * What a function threw, without the stack frames of this program, which are nobody's business; and how the program ends then.
 */
import { isModulePickleError } from '../errors.ts'
import { ownUrl } from '../executors/own-package.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import type { Interruption } from './interruption.ts'
import type { Terminal } from './terminal.ts'

/** Changes the stacks of `thrown` and of its causes. */
export function withoutOwnFrames(thrown: unknown): unknown {
  const seen = new Set<unknown>()
  for (let error = thrown; error instanceof Error && !seen.has(error); error = error.cause) {
    seen.add(error)
    if (typeof error.stack !== 'string') continue
    const lines = error.stack.split('\n').filter(line => !(/^\s+at /.test(line) && line.includes(ownUrl)))
    Reflect.defineProperty(error, 'stack', { value: lines.join('\n'), configurable: true, writable: true })
  }
  return thrown
}

/** How the program ends whose call has failed with `error`, which is shown. @throws ModulePickleError where it is no doing of the function */
export function endOfFailed(error: unknown, interruption: Interruption, terminal: Terminal): ExitCode {
  if (interruption.signal.aborted) return exitCodes.interrupted
  if (terminal.unread.aborted) return exitCodes.unread
  if (isModulePickleError(error)) throw error
  terminal.note(`${terminal.thrown(withoutOwnFrames(error))}\n`)
  return exitCodes.threw
}
