/**
 * Signed pickles: a pickle, then the HMAC-SHA-256 of all its bytes, then eight bytes that say so.
 *
 * Any pickle tool reads it, as these stop at the STOP opcode. No pickle ends in the eight bytes, since all end in a full stop.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { ModulePickleError } from '../errors.ts'
import type { SigningKey } from './signing-key.ts'

const mark = Buffer.from('MPSIGN01')
const digestBytes = 32

/** `pickle` as it is where there is no key. */
export function signPickle(pickle: Uint8Array, key: SigningKey | undefined): Uint8Array {
  return key ? Buffer.concat([pickle, digestOf(pickle, key), mark]) : pickle
}

/**
 * The pickle in `bytes`, which share its memory. Nothing of it is decoded.
 * @throws ModulePickleError ERR_SIGNATURE_MISSING, ERR_SIGNATURE_INVALID; ERR_KEY_MISSING for one that is signed, without a key
 */
export function verifyPickle(bytes: Uint8Array, key: SigningKey | undefined): Uint8Array {
  const { pickle, signature } = splitSignature(bytes)
  if (!key) {
    if (!signature) return pickle
    throw new ModulePickleError(
      'ERR_KEY_MISSING',
      'The pickle is signed, and there is no key to verify it with. Set MODULEPICKLE_KEY, or the option `key`, to the one it was signed with.',
    )
  }
  if (!signature) {
    throw new ModulePickleError(
      'ERR_SIGNATURE_MISSING',
      'The pickle is not signed, and there is a key, so only what is signed is loaded. Make it with the same key; or load it with `key: null` if you know where it is from.',
    )
  }
  if (isSignedBy(key, pickle, signature)) return pickle
  throw new ModulePickleError(
    'ERR_SIGNATURE_INVALID',
    'The pickle does not fit its signature: it was signed with another key, or altered. Nothing of it was read.',
  )
}

export interface SplitPickle {
  readonly pickle: Uint8Array
  readonly signature: Uint8Array | undefined
}

/** Takes the signature, if there is one, off a pickle. */
export function splitSignature(bytes: Uint8Array): SplitPickle {
  const end = bytes.byteLength - mark.byteLength
  const isSigned = end >= digestBytes && mark.equals(bytes.subarray(end))
  if (!isSigned) return { pickle: bytes, signature: undefined }
  return { pickle: bytes.subarray(0, end - digestBytes), signature: bytes.subarray(end - digestBytes, end) }
}

export function isSignedBy(key: SigningKey, pickle: Uint8Array, signature: Uint8Array): boolean {
  return timingSafeEqual(digestOf(pickle, key), signature)
}

function digestOf(pickle: Uint8Array, key: SigningKey): Buffer {
  return createHmac('sha256', key.derive('pickle')).update(pickle).digest()
}
