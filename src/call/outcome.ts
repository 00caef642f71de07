/**
 * What became of a call, and its pickle: the result, or the error that ended it.
 *
 * Every outcome can be sent. A result that cannot be pickled is an error; an error that cannot be is sent as what can be told
 * of it.
 */
import { ModulePickleError } from '../errors.ts'
import type { Encoded } from './encoded.ts'
import { encodeResult } from './scalar-pickle.ts'
import { toldError } from './told-error.ts'

export type Outcome = { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly error: unknown }

/** The pickle of what a call has to say. @throws ModulePickleError for what cannot be pickled */
export type Encode = (value: unknown) => Encoded

export interface EncodedOutcome {
  readonly ok: boolean
  readonly body: Encoded
}

export function encodeOutcome(outcome: Outcome, encode: Encode): EncodedOutcome {
  if (!outcome.ok) return { ok: false, body: encodeError(outcome.error, encode) }
  try {
    const scalar = encodeResult(outcome.result)
    return { ok: true, body: scalar ? { bytes: scalar, buffers: [] } : encode({ result: outcome.result }) }
  } catch (error) {
    return { ok: false, body: encodeError(error, encode) }
  }
}

function encodeError(error: unknown, encode: Encode): Encoded {
  try {
    return encode({ error })
  } catch (reason) {
    return encode({ error: tellable(error, reason, encode) })
  }
}

function tellable(error: unknown, reason: unknown, encode: Encode): Error {
  if (error instanceof Error) return toldError(error, value => hindrance(value, encode))
  return new ModulePickleError('ERR_UNPICKLABLE', `The call threw a value that cannot be pickled: ${messageOf(reason)}`)
}

/** Why `value` cannot be pickled, if that is so. */
function hindrance(value: unknown, encode: Encode): string | undefined {
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
