/**
 * Several streams and short messages over one pair of streams, as between a sender and the runner of a container.
 *
 * Each channel has a window of its own: one whose reader is slow holds up no other. Output waits until the pair is there, so
 * that channels can be opened before. Never closes the pair. docs/PROTOCOL.md has the frames.
 */
import { Duplex, type Readable, type Writable } from 'node:stream'
import { ModulePickleError } from '../errors.ts'

const kinds = { message: 0, data: 1, end: 2, credit: 3 } as const
const preludeBytes = 9
const maximumMessageBytes = 1024 ** 2
const maximumDataBytes = 128 * 1024
/** Copying costs less than a write of its own. */
const smallBytes = 16_384
/** So many bytes of a channel may be on their way, or wait for their reader. */
export const windowBytes = 4 * 1024 ** 2

interface Prelude {
  readonly kind: number
  readonly channel: number
  /** Of what follows; of `credit`, how much more may be sent. */
  readonly length: number
}

export class Channels {
  readonly #channels = new Map<number, Channel>()
  readonly #onMessage: (text: string) => void
  #output: Writable | undefined
  /** Frames from before there was an output. */
  #early: Uint8Array[] = []
  /** Who waits for the output to take more. */
  #waiting: (() => void)[] = []
  #rest: Buffer = Buffer.alloc(0)
  #current: Prelude | undefined
  #left = 0

  constructor(onMessage: (text: string) => void) {
    this.#onMessage = onMessage
  }

  /** Whatever `input` has to say that is not part of this protocol destroys it, with ERR_PROTOCOL. */
  connect(input: Readable, output: Writable): void {
    this.#output = output
    for (const piece of this.#early.splice(0)) output.write(piece)
    input.on('data', (chunk: Buffer) => {
      try {
        this.#take(chunk)
      } catch (error) {
        input.destroy(error as Error)
      }
    })
    output.on('drain', () => this.#wake())
    this.#wake()
  }

  /** Both ends open a channel before they use it; a number is used once. */
  open(number: number): Channel {
    const channel = new Channel({
      write: (kind, length, content) => this.#write({ kind, channel: number, length }, content),
      closed: () => this.#channels.delete(number),
    })
    this.#channels.set(number, channel)
    return channel
  }

  send(message: string): void {
    const content = Buffer.from(message)
    void this.#write({ kind: kinds.message, channel: 0, length: content.byteLength }, content)
  }

  /** Nothing more will come or go. */
  close(): void {
    for (const channel of this.#channels.values()) channel.destroy()
    this.#wake()
  }

  /** Nothing where the output takes more at once; else what settles when it does. */
  #write({ kind, channel, length }: Prelude, content?: Uint8Array): Promise<void> | undefined {
    const isSmall = content !== undefined && content.byteLength <= smallBytes
    const prelude = Buffer.allocUnsafe(preludeBytes + (isSmall ? content.byteLength : 0))
    prelude.writeUInt8(kind, 0)
    prelude.writeUInt32BE(channel, 1)
    prelude.writeUInt32BE(length, 5)
    if (isSmall) prelude.set(content, preludeBytes)
    const takesMore = this.#put(isSmall || content === undefined ? [prelude] : [prelude, content])
    return takesMore ? undefined : new Promise(resolve => this.#waiting.push(resolve))
  }

  /** False when whoever has more should wait. */
  #put(frame: readonly Uint8Array[]): boolean {
    const output = this.#output
    if (!output) {
      this.#early.push(...frame)
      return false
    }
    for (const piece of frame) output.write(piece)
    return !output.writableNeedDrain
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }

  /** Content is handed on as it comes; only preludes and messages are put together. */
  #take(chunk: Buffer): void {
    let rest = this.#rest.byteLength === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    for (;;) {
      if (!this.#current) {
        if (rest.byteLength < preludeBytes) break
        this.#current = readPrelude(rest)
        this.#left = this.#current.kind === kinds.credit ? 0 : this.#current.length
        rest = rest.subarray(preludeBytes)
      }
      const { kind, channel, length } = this.#current
      if (kind === kinds.data) {
        const content = rest.subarray(0, this.#left)
        rest = rest.subarray(content.byteLength)
        this.#left -= content.byteLength
        if (content.byteLength > 0) this.#channels.get(channel)?.receive(content)
        if (this.#left > 0) break
      } else {
        if (rest.byteLength < this.#left) break
        const content = rest.subarray(0, this.#left)
        rest = rest.subarray(this.#left)
        if (kind === kinds.message) this.#onMessage(content.toString())
        else if (kind === kinds.end) this.#channels.get(channel)?.receiveEnd()
        else this.#channels.get(channel)?.receiveCredit(length)
      }
      this.#current = undefined
    }
    this.#rest = rest
  }
}

function readPrelude(bytes: Buffer): Prelude {
  const [kind, channel, length] = [bytes.readUInt8(0), bytes.readUInt32BE(1), bytes.readUInt32BE(5)]
  const maximum = [maximumMessageBytes, maximumDataBytes, 0, windowBytes][kind]
  if (maximum !== undefined && length <= maximum) return { kind, channel, length }
  throw new ModulePickleError(
    'ERR_PROTOCOL',
    `The peer sent something that is not a frame. It begins with ${JSON.stringify(bytes.toString('latin1', 0, 200))}.`,
  )
}

interface Wire {
  write(kind: number, length: number, content?: Uint8Array): Promise<void> | undefined
  closed(): void
}

export class Channel extends Duplex {
  /** How much has come, read or not. */
  bytesRead = 0
  readonly #wire: Wire
  /** How much may be sent, and who waits to. */
  #credit = windowBytes
  #onCredit = (): void => {}
  /** Taken by the reader; the peer is told from time to time. */
  #taken = 0
  /** In this end's buffer. */
  #unread = 0
  #hasEnded = false

  constructor(wire: Wire) {
    super()
    this.#wire = wire
  }

  receive(content: Buffer): void {
    this.bytesRead += content.byteLength
    if (this.push(content)) this.#free(content.byteLength)
    else this.#unread += content.byteLength
  }

  receiveEnd(): void {
    this.push(null)
  }

  receiveCredit(count: number): void {
    this.#credit += count
    this.#onCredit()
  }

  override _read(): void {
    const unread = this.#unread
    this.#unread = 0
    this.#free(unread)
  }

  override _write(chunk: Buffer, _encoding: string, callback: (error?: Error) => void): void {
    const isOne = chunk.byteLength <= Math.min(this.#credit, maximumDataBytes)
    const waiting = isOne ? this.#sendPiece(chunk) : this.#send(chunk)
    if (waiting) waiting.then(() => callback(), callback)
    else callback()
  }

  override _final(callback: () => void): void {
    this.#end()
    callback()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // Whoever reads at the other end does not wait for what will not come.
    this.#end()
    this.#wire.closed()
    this.#onCredit()
    callback(error)
  }

  async #send(chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.byteLength && !this.destroyed;) {
      if (this.#credit === 0) await new Promise<void>(resolve => (this.#onCredit = resolve))
      const piece = chunk.subarray(at, at + Math.min(this.#credit, maximumDataBytes))
      if (piece.byteLength === 0) continue
      at += piece.byteLength
      await this.#sendPiece(piece)
    }
  }

  #sendPiece(piece: Uint8Array): Promise<void> | undefined {
    this.#credit -= piece.byteLength
    return this.#wire.write(kinds.data, piece.byteLength, piece)
  }

  #end(): void {
    if (!this.#hasEnded) void this.#wire.write(kinds.end, 0)
    this.#hasEnded = true
  }

  #free(count: number): void {
    this.#taken += count
    if (this.#taken < windowBytes / 4) return
    void this.#wire.write(kinds.credit, this.#taken)
    this.#taken = 0
  }
}
