/**
 * A byte stream over another one whose two ends have a key: everything that is read from it was verified, in order, before.
 *
 * It hides nothing, and tells only what was said by whom. Input and output are bytes; docs/PROTOCOL.md has the records.
 */
import { Duplex } from 'node:stream'
import { ModulePickleError } from '../errors.ts'
import { greetingBytes, maximumRecordBytes, recordHeadBytes, RecordKeys, type Role } from './record-keys.ts'

/** The variable in a worker's environment that has the conversation's key, in base64. */
export const conversationKeyVariable = 'MODULEPICKLE_CONVERSATION_KEY'

/** Copying costs less than a write of its own. */
const smallBytes = 16_384

type Done = (error?: Error | null) => void

export class SignedStream extends Duplex {
  readonly #inner: Duplex
  readonly #keys: RecordKeys
  #chunks: Uint8Array[] = []
  #buffered = 0
  #head: Buffer | undefined
  #isOver = false
  /** What is to be sent once the peer has greeted. */
  #waiting: (() => void) | undefined

  /** Takes `inner` over. `key` has 32 bytes that nobody else knows. */
  constructor(inner: Duplex, key: Uint8Array, role: Role) {
    super()
    this.#inner = inner
    this.#keys = new RecordKeys(key, role)
    inner.on('data', (chunk: Uint8Array) => this.#take(chunk))
    inner.on('end', () => this.#end())
    inner.on('error', error => this.destroy(error))
    inner.on('close', () => this.#end())
    inner.write(this.#keys.greeting)
  }

  /** The records of `bytes`, for who has no time left for a stream; undefined before the peer has greeted. */
  sealed(bytes: Uint8Array): Uint8Array | undefined {
    return this.#keys.isAgreed ? Buffer.concat([...this.#records(bytes)]) : undefined
  }

  override _read(): void {
    this.#inner.resume()
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: Done): void {
    if (this.#keys.isAgreed) this.#send(chunk, done)
    else this.#waiting = () => this.#send(chunk, done)
  }

  override _final(done: Done): void {
    this.#inner.end(() => done())
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#inner.destroy()
    done(error)
  }

  /** Done when it has left this process. */
  #send(bytes: Uint8Array, done: Done): void {
    if (bytes.byteLength <= smallBytes) {
      this.#inner.write(this.sealed(bytes), done)
      return
    }
    for (const piece of this.#records(bytes)) this.#inner.write(piece)
    this.#inner.write('', done)
  }

  *#records(bytes: Uint8Array): Generator<Uint8Array> {
    for (let start = 0; start < bytes.byteLength; start += maximumRecordBytes) {
      const content = bytes.subarray(start, start + maximumRecordBytes)
      yield this.#keys.head(content)
      yield content
    }
  }

  /** What was verified is still read. */
  #end(): void {
    if (this.#isOver || this.destroyed) return
    this.#isOver = true
    if (this.#buffered > 0 || this.#head) {
      this.destroy(cutOff())
      return
    }
    this.push(null)
    this.once('end', () => this.destroy())
  }

  #take(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#buffered += chunk.byteLength
    try {
      while (this.#step());
    } catch (error) {
      this.destroy(error as Error)
    }
  }

  /** Takes the next part of what has arrived; false where not all of it is there. */
  #step(): boolean {
    if (!this.#keys.isAgreed) {
      const greeting = this.#cut(greetingBytes)
      if (greeting) this.#agree(greeting)
      return greeting !== undefined
    }
    this.#head ??= this.#cut(recordHeadBytes)
    const content = this.#head && this.#cut(this.#keys.lengthOf(this.#head))
    if (!this.#head || !content) return false
    this.#keys.verify(this.#head, content)
    this.#head = undefined
    if (!this.push(content)) this.#inner.pause()
    return true
  }

  #agree(greeting: Uint8Array): void {
    this.#keys.agree(greeting)
    this.#waiting?.()
    this.#waiting = undefined
  }

  #cut(length: number): Buffer | undefined {
    if (this.#buffered < length) return undefined
    const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#buffered)
    this.#buffered -= length
    this.#chunks = this.#buffered > 0 ? [all.subarray(length)] : []
    return Buffer.from(all.buffer, all.byteOffset, length)
  }
}

function cutOff(): ModulePickleError {
  return new ModulePickleError('ERR_PROTOCOL', 'The stream ended in the middle of a record. The peer was cut off.')
}
