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
import { toldError } from './told-error.ts'

export type Outcome = { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly error: unknown }

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

function tellable(error: unknown, reason: unknown): Error {
  if (error instanceof Error) return toldError(error, hindrance)
  return new ModulePickleError('ERR_UNPICKLABLE', `The call threw a value that cannot be pickled: ${messageOf(reason)}`)
}

/** Why `value` cannot be pickled, if that is so. */
function hindrance(value: unknown): string | undefined {
  try {
    encode(value)
    return undefined
  } catch (reason) {
    return messageOf(reason)
  }
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason)
}

let shipping: (new () => OutcomePickler) | undefined

/** The pickle of what a worker has to say. @throws ModulePickleError for what cannot be pickled */
export function encode(value: unknown): Uint8Array {
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
