/**
 * The records of a signed conversation: what is signed, with which keys, and in which order they must come.
 *
 * Each end begins with 32 random bytes of its own. From these and the key that both have come two keys, one for each direction,
 * which no other conversation has: what is played back to it, from another one or from the other direction, does not verify. A
 * record that is played back within its own is told by its number.
 */
import { createHmac, createSecretKey, hkdfSync, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto'
import { ModulePickleError } from '../errors.ts'

/** Of the two ends, the one that speaks. */
export type Role = 'sender' | 'worker'

/** What a signed conversation begins with, on both sides. As the start of a frame it would be a header over the limit. */
export const greetingMark = Buffer.from('MPSIGN01')
const nonceBytes = 32
export const greetingBytes = greetingMark.byteLength + nonceBytes

/** Length, number, digest. */
export const recordHeadBytes = 4 + 8 + 32
/** What one record holds at most; so much is kept of what nobody has signed yet. */
export const maximumRecordBytes = 1024 * 1024

export class RecordKeys {
  readonly greeting: Uint8Array
  readonly #key: Uint8Array
  readonly #role: Role
  readonly #nonce = randomBytes(nonceBytes)
  /** With a KeyObject a digest takes a seventh of the time that it takes with bytes. */
  #sending: KeyObject | undefined
  #receiving: KeyObject | undefined
  #sent = 0n
  #received = 0n

  constructor(key: Uint8Array, role: Role) {
    this.#key = key
    this.#role = role
    this.greeting = Buffer.concat([greetingMark, this.#nonce])
  }

  /** Whether the peer has greeted, so that there are keys. */
  get isAgreed(): boolean {
    return this.#sending !== undefined
  }

  /** @throws ModulePickleError ERR_SIGNATURE_MISSING where the peer does not sign */
  agree(greeting: Uint8Array): void {
    if (!greetingMark.equals(greeting.subarray(0, greetingMark.byteLength))) throw unsigned()
    const peer = greeting.subarray(greetingMark.byteLength)
    const nonces = this.#role === 'sender' ? [this.#nonce, peer] : [peer, this.#nonce]
    const salt = Buffer.concat(nonces)
    const derive = (role: Role): KeyObject =>
      createSecretKey(new Uint8Array(hkdfSync('sha256', this.#key, salt, `modulepickle records of the ${role} v1`, 32)))
    this.#sending = derive(this.#role)
    this.#receiving = derive(this.#role === 'sender' ? 'worker' : 'sender')
  }

  /** The head of the next record that is sent, for its content. */
  head(content: Uint8Array): Buffer {
    const head = Buffer.alloc(recordHeadBytes)
    head.writeUInt32BE(content.byteLength, 0)
    head.writeBigUInt64BE(this.#sent++, 4)
    head.set(digestOf(this.#sending!, head, content), 12)
    return head
  }

  /** The length of a record's content. @throws ModulePickleError ERR_SIGNATURE_INVALID for one that no record has */
  lengthOf(head: Buffer): number {
    const length = head.readUInt32BE(0)
    if (length === 0 || length > maximumRecordBytes) throw altered(this.#received)
    return length
  }

  /** @throws ModulePickleError ERR_SIGNATURE_INVALID, ERR_SIGNATURE_REPLAYED */
  verify(head: Buffer, content: Uint8Array): void {
    const expected = digestOf(this.#receiving!, head, content)
    if (!timingSafeEqual(expected, head.subarray(12))) throw altered(this.#received)
    const number = head.readBigUInt64BE(4)
    if (number !== this.#received) throw replayed(number, this.#received)
    this.#received++
  }
}

function digestOf(key: KeyObject, head: Buffer, content: Uint8Array): Buffer {
  return createHmac('sha256', key).update(head.subarray(0, 12)).update(content).digest()
}

function unsigned(): ModulePickleError {
  return new ModulePickleError(
    'ERR_SIGNATURE_MISSING',
    'The peer does not sign what it says, and here is a key. Give it the same key.',
  )
}

function altered(number: bigint): ModulePickleError {
  const why = number === 0n ? 'the peer has another key, or it was altered' : 'it was altered on its way'
  return new ModulePickleError(
    'ERR_SIGNATURE_INVALID',
    `Record ${number} of the peer does not fit its signature: ${why}.`,
  )
}

function replayed(number: bigint, expected: bigint): ModulePickleError {
  return new ModulePickleError(
    'ERR_SIGNATURE_REPLAYED',
    `The peer sent record ${number} where ${expected} had to come: something was played back, left out or put in another order.`,
  )
}
