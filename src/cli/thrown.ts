/**
 * What a function threw, without the stack frames of this program, which are nobody's business.
 */
import { ownUrl } from '../executors/own-package.ts'

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
