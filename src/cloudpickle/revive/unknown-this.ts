/**
 * Stands for a `this` that nobody could tell: that of an arrow which calls eval() and does not use `this` itself. Whatever is done
 * with it fails, so that code given to eval() cannot take it for another one.
 */
import { ModulePickleError } from '../../errors.ts'

export function reviveUnknownThis(): object {
  const fail = (): never => {
    throw new ModulePickleError(
      'ERR_CAPTURE_UNSUPPORTED',
      'The `this` of an arrow function that calls eval() is not known here: its own text does not use it. Use `this` in its text.',
    )
  }
  return new Proxy({}, new Proxy({}, { get: fail }))
}
