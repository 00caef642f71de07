/**
 * What shipped code gets for explain() on a worker: there is no working directory that anything would be packed from.
 */
import { ModulePickleError } from '../errors.ts'

/** @throws ModulePickleError ERR_MODULE_OUTSIDE_ROOT, always */
export function explain(_value: unknown): never {
  throw notHere('explain()')
}

/** @throws ModulePickleError ERR_MODULE_OUTSIDE_ROOT, always */
export function explainFile(_file: string, _exportName?: string): never {
  throw notHere('explainFile()')
}

function notHere(what: string): ModulePickleError {
  return new ModulePickleError(
    'ERR_MODULE_OUTSIDE_ROOT',
    `${what} tells what is packed from a working directory, and this worker has none: it runs what it was sent. Call it where the pickle is made.`,
  )
}
