/**
 * Keys: what two ends share so that each knows that a pickle, or a message, is the other's.
 *
 * Input: bytes, text that stands for bytes, or a passphrase. Output: keys derived from it (HKDF-SHA-256, RFC 5869), one for each
 * purpose, so that what is signed for one means nothing to another. The key itself signs nothing and is never shown.
 */
import { hkdfSync, scryptSync } from 'node:crypto'
import { ModulePickleError } from '../errors.ts'

/** Bytes, 32 at least; the same in hex or base64; or `passphrase:` and 16 characters at least. */
export type Key = string | Uint8Array

/** `null` for none, also where MODULEPICKLE_KEY is set. */
export type KeyOption = Key | null

export class SigningKey {
  readonly #secret: Uint8Array
  readonly #derived = new Map<string, Uint8Array>()

  /** @throws ModulePickleError ERR_KEY_UNUSABLE */
  constructor(key: Key) {
    this.#secret = secretOf(key)
  }

  /** 32 bytes, for this purpose alone. */
  derive(purpose: 'pickle' | 'conversation'): Uint8Array {
    const known = this.#derived.get(purpose)
    if (known) return known
    const made = new Uint8Array(hkdfSync('sha256', this.#secret, '', `modulepickle ${purpose} v1`, 32))
    this.#derived.set(purpose, made)
    return made
  }
}

/** A passphrase costs a third of a second, so what was made last is kept. */
let latest: { readonly text: string; readonly key: SigningKey } | undefined

/**
 * The key that an option names, by default MODULEPICKLE_KEY; undefined where there is none.
 * @throws ModulePickleError ERR_KEY_UNUSABLE
 */
export function signingKey(option: KeyOption | undefined): SigningKey | undefined {
  const key = option === undefined ? process.env['MODULEPICKLE_KEY'] || null : option
  if (key === null) return undefined
  if (typeof key !== 'string') return new SigningKey(key)
  if (latest?.text !== key) latest = { text: key, key: new SigningKey(key) }
  return latest.key
}

const minimumBytes = 32
const minimumCharacters = 16
const passphrase = 'passphrase:'

function secretOf(key: unknown): Uint8Array {
  if (key instanceof Uint8Array) return longEnough(Uint8Array.from(key))
  if (typeof key !== 'string') throw unusable(`it is ${key === undefined ? 'undefined' : `of type ${typeof key}`}`)
  if (key.startsWith(passphrase)) return secretOfPassphrase(key.slice(passphrase.length))
  if (/^(?:[0-9a-f]{2})+$/i.test(key)) return longEnough(Buffer.from(key, 'hex'))
  if (/^[\w+/-]+={0,2}$/.test(key)) return longEnough(Buffer.from(key, 'base64'))
  throw unusable('it is neither hex nor base64')
}

function longEnough(bytes: Uint8Array): Uint8Array {
  if (bytes.byteLength >= minimumBytes) return bytes
  throw unusable(`it has ${bytes.byteLength} bytes, and ${minimumBytes} are needed`)
}

/**
 * RFC 7914. The salt is fixed, because two ends have nothing in common but the passphrase; so it has to be one that nobody else
 * has, and the cost (128 MiB, a third of a second) is what guessing costs each time.
 */
function secretOfPassphrase(text: string): Uint8Array {
  if (text.length < minimumCharacters) {
    throw unusable(`the passphrase has ${text.length} characters, and ${minimumCharacters} are needed`)
  }
  const cost = { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 }
  return scryptSync(text.normalize('NFC'), 'modulepickle passphrase v1', 32, cost)
}

function unusable(why: string): ModulePickleError {
  return new ModulePickleError(
    'ERR_KEY_UNUSABLE',
    `The key cannot be used: ${why}. \`modulepickle key\` makes one; set MODULEPICKLE_KEY, or the option \`key\`, to it on both ends.`,
  )
}
