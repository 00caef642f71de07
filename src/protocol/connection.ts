/**
 * One end of a conversation over a duplex byte stream: messages out, messages in, in order.
 *
 * Knows nothing of what carries the stream (a pipe, a socket, a container) or of what the messages are about. Whoever reads
 * asks for one message at a time; what arrives earlier waits.
 */
import type { Duplex } from 'node:stream'
import { debuglog } from 'node:util'
import { isModulePickleError } from '../errors.ts'
import { encodeFrame, FrameDecoder } from './frame.ts'
import { Mailbox, type Listener } from './mailbox.ts'
import { encodeMessage, type Message } from './messages.ts'

export interface Received<In> {
  readonly message: In
  readonly body: Uint8Array
  /** Those that the pickle in `body` asks for; each has its memory to itself. */
  readonly buffers: readonly Uint8Array[]
}

const empty = new Uint8Array()
const none: readonly Uint8Array[] = []

/** Shown with NODE_DEBUG=modulepickle-protocol. */
const debug = debuglog('modulepickle-protocol')

export class Connection<Out extends Message, In extends Message> {
  readonly #stream: Duplex
  readonly #decoder = new FrameDecoder()
  readonly #decode: (header: Uint8Array) => In
  readonly #received = new Mailbox<Received<In>>()
  /** Of a message that has not come yet. */
  readonly #buffers: Uint8Array[] = []
  #isOver = false
  #bytesSent = 0
  #bytesReceived = 0

  /** Takes `stream` over. `decode` reads the headers of the messages that the peer may send. */
  constructor(stream: Duplex, decode: (header: Uint8Array) => In) {
    this.#stream = stream
    this.#decode = decode
    stream.on('data', (chunk: Uint8Array) => this.#take(chunk))
    // What has not come whole was never said: a peer that was cut off has ended, and how it ended is what there is to tell.
    stream.on('end', () => this.#over())
    stream.on('close', () => this.#over())
    // A stream that breaks has ended: who waits for a message learns it there, and why, where it is because of what the peer sent.
    stream.on('error', error => {
      if (isModulePickleError(error)) this.#received.close(error)
      this.#over()
    })
  }

  get bytesSent(): number {
    return this.#bytesSent
  }

  get bytesReceived(): number {
    return this.#bytesReceived
  }

  /** Sends in the order of the calls. Does nothing once the stream is over; `receive` tells. No bytes given may change later. */
  send(message: Out, body: Uint8Array = empty, buffers: readonly Uint8Array[] = none): void {
    if (this.#isOver) return
    for (const buffer of buffers) this.#write({ kind: 'buffer' }, buffer)
    this.#write(message, body)
  }

  #write(message: Message, body: Uint8Array): void {
    debug('sent %s with %d bytes', message.kind, body.byteLength)
    for (const piece of encodeFrame({ header: encodeMessage(message), body })) {
      this.#bytesSent += piece.byteLength
      this.#stream.write(piece)
    }
  }

  /** Settles when the stream takes more without keeping it in memory. */
  async drained(): Promise<void> {
    if (this.#isOver || !this.#stream.writableNeedDrain) return
    const stream = this.#stream
    await new Promise<void>(resolve => {
      const settle = (): void => {
        stream.off('drain', settle).off('close', settle)
        resolve()
      }
      stream.on('drain', settle).on('close', settle)
    })
  }

  /** Whether all that was sent has left this process: it arrives also if the process ends. */
  get isFlushed(): boolean {
    return this.#isOver || this.#stream.writableLength === 0
  }

  /** Settles when that is so. */
  async flushed(): Promise<void> {
    if (this.isFlushed) return
    await new Promise<void>(resolve => this.#stream.write('', () => resolve()))
  }

  /**
   * The next message, or undefined when there will be none. One caller at a time.
   * @throws ModulePickleError ERR_PROTOCOL when the peer sent something else
   */
  receive(): Promise<Received<In> | undefined> {
    return this.#received.take()
  }

  /** Instead of `receive`: hands each message over as soon as it is there. */
  listen(listener: Listener<Received<In>>): void {
    this.#received.listen(listener)
  }

  /** Ends the stream; what was sent still arrives. */
  close(): void {
    this.#stream.end()
  }

  #take(chunk: Uint8Array): void {
    this.#bytesReceived += chunk.byteLength
    this.#guard(() => {
      for (const { header, body } of this.#decoder.push(chunk)) {
        const message = this.#decode(header)
        debug('received %s with %d bytes', message.kind, body.byteLength)
        if (message.kind === 'buffer') this.#buffers.push(withOwnMemory(body))
        else this.#received.put({ message, body, buffers: this.#buffers.length === 0 ? none : this.#buffers.splice(0) })
      }
    })
  }

  /** After the first failure nothing that the peer sends can be understood. */
  #guard(read: () => void): void {
    try {
      read()
    } catch (error) {
      this.#received.close(error)
      this.#stream.destroy()
    }
  }

  #over(): void {
    this.#isOver = true
    this.#received.close()
  }
}

/** What is decoded from it may be changed, or sent to a thread. */
function withOwnMemory(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes)
}
