/** Messages: each kind survives its header, and nothing else passes for one. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { dumps } from '../../../src/pickle/index.ts'
import {
  decodeSenderMessage,
  decodeWorkerMessage,
  encodeMessage,
  type SenderMessage,
  type WorkerMessage,
} from '../../../src/protocol/messages.ts'

const id = 'a'.repeat(64)

const fromSender: SenderMessage[] = [
  { kind: 'packages', directories: new Map([['zod@4.0.0', '/somewhere/zod']]) },
  { kind: 'define', functionId: 'f1' },
  { kind: 'release', functionId: 'f1' },
  { kind: 'call', id: '1', functionId: null, attempt: 1, traceparent: null },
  {
    kind: 'call',
    id: '2',
    functionId: 'f1',
    attempt: 2,
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  },
  { kind: 'abort', id: '1', reason: 'enough' },
  { kind: 'pull', id: '1', count: 3 },
  { kind: 'stop', id: '1' },
  { kind: 'objects', compression: 'zstd' },
  { kind: 'objects', compression: 'brotli' },
  { kind: 'supplied' },
  { kind: 'recheck' },
  { kind: 'close' },
]

const fromWorker: WorkerMessage[] = [
  {
    kind: 'ready',
    protocol: 1,
    node: 'v24.0.0',
    pid: 1,
    runtime: 'file:///worker.js',
    compressions: 'zstd brotli',
  },
  { kind: 'need', snapshot: id, objects: [id] },
  { kind: 'has', snapshot: id },
  { kind: 'started', id: '1' },
  { kind: 'stream', id: '1' },
  { kind: 'item', id: '1' },
  { kind: 'progress', id: '1' },
  { kind: 'result', id: '1', ok: true, last: false },
  { kind: 'exit', id: '1', code: 3 },
]

suite('messages', () => {
  for (const message of fromSender) {
    test(`${message.kind} comes from a sender, and from nobody else`, () => {
      assert.deepEqual(decodeSenderMessage(encodeMessage(message)), message)
      assert.throws(() => decodeWorkerMessage(encodeMessage(message)), { code: 'ERR_PROTOCOL' })
    })
  }

  for (const message of fromWorker) {
    test(`${message.kind} comes from a worker, and from nobody else`, () => {
      assert.deepEqual(decodeWorkerMessage(encodeMessage(message)), message)
      assert.throws(() => decodeSenderMessage(encodeMessage(message)), { code: 'ERR_PROTOCOL' })
    })
  }

  test('every field is needed, and of its own type', () => {
    for (const message of [...fromSender, ...fromWorker]) {
      const decode = fromSender.includes(message as SenderMessage) ? decodeSenderMessage : decodeWorkerMessage
      for (const field of Object.keys(message)) {
        const { [field]: _, ...without } = message as unknown as Record<string, unknown>
        assert.throws(() => decode(dumps(without)), { code: 'ERR_PROTOCOL' }, `${message.kind} without ${field}`)
        const changed = { ...message, [field]: 1.5 }
        assert.throws(() => decode(dumps(changed)), { code: 'ERR_PROTOCOL' }, `${message.kind} with ${field} 1.5`)
      }
    }
  })

  test('a header that is not a pickle, or not of a message, is refused', () => {
    for (const header of [
      Buffer.from('garbage'),
      Buffer.alloc(0),
      dumps(null),
      dumps(7),
      dumps([]),
      dumps({ kind: 'toString' }),
    ]) {
      assert.throws(() => decodeSenderMessage(header), { code: 'ERR_PROTOCOL' })
    }
  })

  test('a header cannot name anything that runs', () => {
    const callsSomething = Buffer.from("cposix\nsystem\n(S'true'\ntR.")
    assert.throws(() => decodeSenderMessage(callsSomething), { code: 'ERR_PROTOCOL' })
  })
})
