/**
 * What became of a call, and its pickle: the result, or the error that ended it.
 *
 * Every outcome can be sent. A result that cannot be pickled is an error; an error that cannot be is sent as what can be told
 * of it. One that refers to code may not be readable for its caller, who may have other code: it goes with what can be told of it.
 */
import { readManifest } from '../cloudpickle/cloudunpickler.ts'
import { ModulePickleError } from '../errors.ts'
import type { Encoded } from './encoded.ts'
import { encodeResult } from './scalar-pickle.ts'
import { toldError } from './told-error.ts'

export type Outcome = { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly error: unknown }

/** The pickle of what a call has to say. @throws ModulePickleError for what cannot be pickled */
type Encode = (value: unknown) => Encoded

export interface EncodedOutcome {
  readonly ok: boolean
  readonly body: Encoded
}

/** What the pickle of an outcome that is not ok holds. */
export interface ToldOutcome {
  /** Without any reference to code where there is `whole`. */
  readonly error: unknown
  /** The pickle of `{ error }`, the error as it was thrown. */
  readonly whole?: Encoded
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
  const whole = encodeWhole(error, encode)
  if (!(error instanceof Error) || !namesCode(whole)) return whole
  return encode({ error: toldError(error, value => hindranceAsData(value, encode)), whole } satisfies ToldOutcome)
}

function encodeWhole(error: unknown, encode: Encode): Encoded {
  try {
    return encode({ error })
  } catch (reason) {
    return encode({ error: tellable(error, reason, encode) })
  }
}

/** Of local or installed packages. */
function namesCode({ bytes }: Encoded): boolean {
  const { snapshots, packages } = readManifest(bytes)
  return snapshots.length > 0 || packages.length > 0
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

/** The same for a pickle that refers to no code; why its reader has not got the code is for that end to say. */
function hindranceAsData(value: unknown, encode: Encode): string | undefined {
  try {
    return namesCode(encode(value)) ? '' : undefined
  } catch (reason) {
    return messageOf(reason)
  }
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason)
}
