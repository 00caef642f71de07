/** Connections: messages in order, both ways, and the end of the stream as something to wait for. */
import assert from 'node:assert/strict'
import { duplexPair } from 'node:stream'
import { suite, test } from 'node:test'
import {
  Connection,
  decodeSenderMessage,
  decodeWorkerMessage,
  type SenderMessage,
  type WorkerMessage,
} from '../../../src/protocol/index.ts'

function connect(): {
  sender: Connection<SenderMessage, WorkerMessage>
  worker: Connection<WorkerMessage, SenderMessage>
  raw: ReturnType<typeof duplexPair>[0]
} {
  const [here, there] = duplexPair()
  return {
    sender: new Connection(here, decodeWorkerMessage),
    worker: new Connection(there, decodeSenderMessage),
    raw: here,
  }
}

suite('connections', () => {
  test('messages arrive in order, with their bodies, also those that nobody waited for yet', async () => {
    const { sender, worker } = connect()
    const large = Buffer.alloc(3_000_000, 7)
    sender.send({ kind: 'define', functionId: 'f' }, Buffer.from('small'))
    sender.send({ kind: 'call', id: '1', functionId: 'f', attempt: 1, traceparent: null }, large)
    sender.send({ kind: 'close' })
    const first = await worker.receive()
    assert.deepEqual([first?.message.kind, Buffer.from(first?.body ?? []).toString()], ['define', 'small'])
    const second = await worker.receive()
    assert.equal(Buffer.compare(second?.body ?? Buffer.alloc(0), large), 0)
    assert.equal((await worker.receive())?.message.kind, 'close')
    assert.ok(sender.bytesSent > large.length)
    assert.equal(worker.bytesReceived, sender.bytesSent)
  })

  test('buffers come with the message that they were sent with, each with its memory to itself', async () => {
    const { sender, worker } = connect()
    const buffers = [new Uint8Array(200_000).fill(1), Uint8Array.of(2)]
    sender.send({ kind: 'define', functionId: 'f' }, Buffer.from('pickle'), buffers)
    sender.send({ kind: 'close' })
    const first = await worker.receive()
    assert.deepEqual(first?.buffers, buffers)
    for (const { buffer, byteLength } of first?.buffers ?? []) assert.equal(buffer.byteLength, byteLength)
    assert.deepEqual((await worker.receive())?.buffers, [])
  })

  test('who waits learns that the stream has ended', async () => {
    const { sender, worker } = connect()
    const waiting = worker.receive()
    sender.close()
    assert.equal(await waiting, undefined)
    assert.equal(await worker.receive(), undefined)
  })

  test('what arrived before the end is still given out', async () => {
    const { sender, worker } = connect()
    sender.send({ kind: 'supplied' })
    sender.close()
    assert.equal((await worker.receive())?.message.kind, 'supplied')
    assert.equal(await worker.receive(), undefined)
  })

  test('waiting for room, however often, leaves nothing on the stream', async () => {
    const { sender, worker, raw } = connect()
    const closing = raw.listenerCount('close')
    for (let index = 0; index < 3; index++) {
      sender.send({ kind: 'define', functionId: 'f' }, Buffer.alloc(100_000))
      assert.ok(raw.writableNeedDrain)
      await Promise.all([sender.drained(), worker.receive()])
    }
    assert.deepEqual([raw.listenerCount('close'), raw.listenerCount('drain')], [closing, 0])
  })

  test('who waits for room learns that the stream is over', async () => {
    const { sender, raw } = connect()
    sender.send({ kind: 'define', functionId: 'f' }, Buffer.alloc(100_000))
    const drained = sender.drained()
    raw.destroy()
    await drained
    assert.equal(raw.listenerCount('drain'), 0)
  })

  test('garbage ends the conversation for good', async () => {
    const { worker, raw } = connect()
    raw.write('Last login: yesterday\n')
    await assert.rejects(worker.receive(), { code: 'ERR_PROTOCOL' })
  })

  test('a message that has not come whole was never said', async () => {
    const { worker, raw } = connect()
    raw.end(Buffer.from([0, 0, 0, 9, 0, 0]))
    assert.equal(await worker.receive(), undefined)
  })
})
