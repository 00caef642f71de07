/**
 * What became of a call, and its pickle: the result, or the error that ended it.
 *
 * Every outcome can be sent. A result that cannot be pickled is an error; an error that cannot be is sent as what can be told
 * of it.
 */
import { CloudPickler, type Manifest } from '../cloudpickle/index.ts'
import { ModulePickleError } from '../errors.ts'
import { extend } from '../modulepickle.ts'
import { Global, type Reduction } from '../pickle/index.ts'
import * as face from './face.ts'
import { runtime } from './runtime.ts'

export type Outcome =
  | { readonly ok: true; readonly result: unknown }
  /** `stray`: nobody was there to catch it, so what else the code has left running is unknown. */
  | { readonly ok: false; readonly error: unknown; readonly stray: boolean }

interface EncodedOutcome {
  readonly ok: boolean
  readonly body: Uint8Array
}

export function encodeOutcome(outcome: Outcome): EncodedOutcome {
  if (!outcome.ok) return { ok: false, body: encodeError(outcome.error) }
  try {
    return { ok: true, body: encode({ result: outcome.result }) }
  } catch (error) {
    return { ok: false, body: encodeError(error) }
  }
}

function encodeError(error: unknown): Uint8Array {
  try {
    return encode({ error })
  } catch (reason) {
    return encode({ error: tellable(error, reason) })
  }
}

/** A plain error that says the same, for one that cannot be pickled because of what it holds or is. */
function tellable(error: unknown, reason: unknown): Error {
  const why = reason instanceof Error ? reason.message : String(reason)
  if (!(error instanceof Error)) {
    return new ModulePickleError('ERR_UNPICKLABLE', `The call threw a value that cannot be pickled: ${why}`)
  }
  const told = new Error(error.message)
  for (const key of ['name', 'stack', 'code'] as const) {
    const value: unknown = Reflect.get(error, key)
    const isOwnNews = key in error && value !== Reflect.get(told, key)
    if (isOwnNews && (typeof value === 'string' || typeof value === 'number')) define(told, key, value)
  }
  if (error.cause !== undefined)
    define(told, 'cause', isPicklable(error.cause) ? error.cause : tellable(error.cause, why))
  return told
}

function define(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable: key === 'code' })
}

function isPicklable(value: unknown): boolean {
  try {
    encode(value)
    return true
  } catch {
    return false
  }
}

let shipping: (new () => OutcomePickler) | undefined

function encode(value: unknown): Uint8Array {
  shipping ??= extend(OutcomePickler, { source: runtime().source, selfContained: false })
  return new shipping().dump(value)
}

const names = new Map<unknown, string>(Object.entries(face).map(([name, value]) => [value, name]))

/** Knows what belongs to this package: its classes and functions travel by name, as its own errors do. */
class OutcomePickler extends CloudPickler {
  #usesRuntime = false

  protected override reducerOverride(value: object | symbol): Reduction | Global | undefined {
    const name = names.get(value)
    if (name !== undefined) {
      this.#usesRuntime = true
      return new Global('modulepickle', name)
    }
    return super.reducerOverride(value)
  }

  protected override manifest(): Manifest {
    const manifest = super.manifest()
    return this.#usesRuntime ? { ...manifest, modules: [...manifest.modules, 'modulepickle'] } : manifest
  }
}
