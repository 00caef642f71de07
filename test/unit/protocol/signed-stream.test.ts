/** Signed conversations: what is altered, played back or left out between two ends is refused before anything is decoded. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { Duplex, duplexPair } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { suite, test } from 'node:test'
import {
  Connection,
  decodeSenderMessage,
  decodeWorkerMessage,
  SignedStream,
  type SenderMessage,
  type WorkerMessage,
} from '../../../src/protocol/index.ts'

const key = randomBytes(32)

const refusal = /^ERR_(SIGNATURE_MISSING|SIGNATURE_INVALID|PROTOCOL)$/

type ToWorker = Connection<SenderMessage, WorkerMessage>
type ToSender = Connection<WorkerMessage, SenderMessage>

/** Two ends, and somebody between them who may change each chunk on its way to the worker. */
function connect(between: (chunk: Buffer) => readonly Buffer[] = chunk => [chunk], keys = [key, key]) {
  const [here, near] = duplexPair()
  const [far, there] = duplexPair()
  near.on('data', (chunk: Buffer) => {
    for (const piece of between(chunk)) far.write(piece)
  })
  near.on('end', () => far.end())
  far.pipe(near)
  const signed = (stream: Duplex, which: number, role: 'sender' | 'worker'): Duplex =>
    keys[which] ? new SignedStream(stream, keys[which], role) : stream
  const sender: ToWorker = new Connection(signed(here, 0, 'sender'), decodeWorkerMessage)
  const worker: ToSender = new Connection(signed(there, 1, 'worker'), decodeSenderMessage)
  return { sender, worker }
}

/** What a sender that says two things sends: the greeting, then two records, each its own piece. */
async function recorded(peer: SignedStream, inner: Duplex): Promise<Buffer[]> {
  const pieces: Buffer[] = []
  inner.on('data', (chunk: Buffer) => pieces.push(chunk))
  peer.write('first')
  peer.write('second')
  await new Promise(resolve => setImmediate(resolve))
  return pieces
}

/** A sender and a worker whose bytes go nowhere by themselves. */
function apart(): { sender: SignedStream; fromSender: Duplex; worker: SignedStream; toWorker: Duplex } {
  const [senderEnd, fromSender] = duplexPair()
  const [workerEnd, toWorker] = duplexPair()
  const sender = new SignedStream(senderEnd, key, 'sender')
  const worker = new SignedStream(workerEnd, key, 'worker')
  // The worker's greeting, which lets the sender speak.
  toWorker.once('data', (greeting: Buffer) => fromSender.write(greeting))
  return { sender, fromSender, worker, toWorker }
}

/** What a worker makes of pieces: the text it read, or the code of the error. */
async function readBy(worker: SignedStream, toWorker: Duplex, pieces: readonly Buffer[]): Promise<string> {
  for (const piece of pieces) toWorker.write(piece)
  toWorker.end()
  try {
    return (await buffer(worker)).toString()
  } catch (error) {
    return (error as { code: string }).code
  }
}

suite('signed conversations', () => {
  test('carry messages in order, both ways, large bodies too', async () => {
    const { sender, worker } = connect()
    const large = randomBytes(3_500_000)
    sender.send({ kind: 'define', functionId: 'f' }, Buffer.from('small'))
    sender.send({ kind: 'call', id: '1', functionId: 'f', attempt: 1, traceparent: null }, large)
    worker.send({ kind: 'started', id: '1' })
    assert.equal((await worker.receive())?.message.kind, 'define')
    assert.equal(Buffer.compare((await worker.receive())!.body, large), 0)
    assert.equal((await sender.receive())?.message.kind, 'started')
    await sender.flushed()
    sender.close()
    assert.equal(await worker.receive(), undefined)
  })

  test('take what was said before the end', async () => {
    const { sender, fromSender, worker, toWorker } = apart()
    assert.equal(await readBy(worker, toWorker, await recorded(sender, fromSender)), 'firstsecond')
  })

  test('end where any byte is altered, with nothing read from there on', async () => {
    let isWhole = false
    for (let index = 0; !isWhole; index++) {
      let sent = 0
      const { sender, worker } = connect(chunk => {
        const altered = Buffer.from(chunk)
        if (index >= sent && index < sent + chunk.length) altered[index - sent]! ^= 128
        sent += chunk.length
        return [altered]
      })
      sender.send({ kind: 'call', id: '1', functionId: null, attempt: 1, traceparent: null }, Buffer.from('body'))
      sender.close()
      const [outcome] = await Promise.allSettled([worker.receive()])
      isWhole = index >= sent
      if (isWhole) assert.equal(outcome.status, 'fulfilled')
      else assert.match((outcome as { reason?: { code?: string } }).reason?.code ?? '', refusal, `byte ${index}`)
    }
  })

  test('refuse a record that comes twice, out of order, or without the one before it', async () => {
    for (const [order, expected] of [
      [[0, 1, 1], 'ERR_SIGNATURE_REPLAYED'],
      [[0, 2, 1], 'ERR_SIGNATURE_REPLAYED'],
      [[0, 2], 'ERR_SIGNATURE_REPLAYED'],
      [[0, 1, 2], 'firstsecond'],
    ] as const) {
      const { sender, fromSender, worker, toWorker } = apart()
      const pieces = await cut(sender, fromSender)
      assert.equal(
        await readBy(
          worker,
          toWorker,
          order.map(index => pieces[index]!),
        ),
        expected,
        String(order),
      )
    }
  })

  test('refuse what another conversation said, and what was said in the other direction', async () => {
    const other = apart()
    const pieces = await cut(other.sender, other.fromSender)
    const { worker, toWorker } = apart()
    assert.equal(await readBy(worker, toWorker, pieces), 'ERR_SIGNATURE_INVALID')
    const [end, outside] = duplexPair()
    const mirror = new SignedStream(end, key, 'worker')
    outside.pipe(outside)
    mirror.write('to myself')
    await assert.rejects(buffer(mirror), { code: 'ERR_SIGNATURE_INVALID' })
  })

  test('refuse a peer with another key', async () => {
    const { sender, worker } = connect(undefined, [key, randomBytes(32)])
    sender.send({ kind: 'close' })
    await assert.rejects(worker.receive(), { code: 'ERR_SIGNATURE_INVALID' })
  })

  test('refuse a peer without a key, which is told that it needs one', async () => {
    const keyed = connect(undefined, [undefined!, key])
    keyed.sender.send({ kind: 'call', id: '1', functionId: null, attempt: 1, traceparent: null })
    await assert.rejects(keyed.worker.receive(), { code: 'ERR_SIGNATURE_MISSING' })
    await assert.rejects(keyed.sender.receive(), { code: 'ERR_KEY_MISSING' })
  })

  test('are broken where they are cut off in the middle of a record', async () => {
    const { sender, fromSender, worker, toWorker } = apart()
    const [greeting, first] = await cut(sender, fromSender)
    assert.equal(await readBy(worker, toWorker, [greeting!, first!.subarray(0, -1)]), 'ERR_PROTOCOL')
  })
})

/** The greeting and each record by itself. */
async function cut(sender: SignedStream, fromSender: Duplex): Promise<Buffer[]> {
  const all = Buffer.concat(await recorded(sender, fromSender))
  const pieces = [all.subarray(0, 40)]
  for (let at = 40; at < all.length;) {
    const end = at + 44 + all.readUInt32BE(at)
    pieces.push(all.subarray(at, end))
    at = end
  }
  return pieces
}
