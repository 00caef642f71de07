/** Frames: any cut of the stream gives the same messages, and what is no message is refused at its first bytes. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { encodeFrame, FrameDecoder, type Frame } from '../../../src/protocol/frame.ts'

const frames: Frame[] = [
  { header: Buffer.from('a'), body: Buffer.alloc(0) },
  { header: Buffer.from('second header'), body: Buffer.from('and a body') },
  { header: Buffer.from('b'), body: Buffer.alloc(40, 'x') },
]
const stream = Buffer.concat(frames.flatMap(frame => encodeFrame(frame)))

function decode(chunks: readonly Uint8Array[], decoder = new FrameDecoder()): Frame[] {
  const decoded = chunks.flatMap(chunk => [...decoder.push(chunk)])
  return decoded.map(({ header, body }) => ({ header: Buffer.from(header), body: Buffer.from(body) }))
}

function isProtocolError(message: RegExp): (error: Error & { code?: string }) => boolean {
  return error => error.code === 'ERR_PROTOCOL' && message.test(error.message)
}

suite('frames', () => {
  test('come back whole from a stream in one piece', () => assert.deepEqual(decode([stream]), frames))

  test('come back whole from a stream in single bytes', () => {
    assert.deepEqual(decode([...stream].map(byte => Uint8Array.of(byte))), frames)
  })

  test('come back whole from a stream that is cut twice, at every two places', () => {
    for (let first = 0; first <= stream.length; first++) {
      for (let second = first; second <= stream.length; second++) {
        const chunks = [stream.subarray(0, first), stream.subarray(first, second), stream.subarray(second)]
        assert.deepEqual(decode(chunks), frames, `cut at ${first} and ${second}`)
      }
    }
  })

  test('of a stream that ends inside a frame those before it come back', () => {
    const ends = [
      0,
      ...frames.map((_, index) => Buffer.concat(frames.slice(0, index + 1).flatMap(f => encodeFrame(f))).length),
    ]
    for (let length = 0; length <= stream.length; length++) {
      const whole = ends.findLastIndex(end => end <= length)
      assert.deepEqual(decode([stream.subarray(0, length)]), frames.slice(0, whole), `${length} bytes`)
    }
  })

  test('text is refused, and the error shows how it begins', () => {
    assert.throws(() => decode([Buffer.from('Welcome to Ubuntu 24.04')]), isProtocolError(/"Welcome to U"/))
  })

  test('a header without bytes is refused', () => {
    assert.throws(() => decode([Buffer.alloc(12)]), isProtocolError(/header would be 0 bytes/))
  })

  test('large ones come back whole between small ones, wherever the stream is cut', () => {
    const large = { header: Buffer.from('large'), body: Buffer.alloc(200_000, 'large') }
    const mixed = [frames[1]!, large, frames[2]!, large]
    const bytes = Buffer.concat(mixed.flatMap(frame => encodeFrame(frame)))
    for (const size of [1000, 65_536, 65_537, bytes.length - 1, bytes.length]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
        bytes.subarray(n * size, (n + 1) * size),
      )
      assert.deepEqual(decode(chunks), mixed, `in pieces of ${size}`)
    }
    assert.deepEqual(decode([bytes.subarray(0, 100_000)]), [frames[1]])
  })

  test('a large body is not copied', () => {
    const body = Buffer.alloc(1_000_000)
    assert.equal(encodeFrame({ header: Buffer.from('h'), body })[1], body)
  })

  for (const [part, limits] of [
    ['header', { headerBytes: 3, bodyBytes: 100 }],
    ['body', { headerBytes: 100, bodyBytes: 3 }],
  ] as const) {
    const frameOf = (size: number): Frame => ({
      header: Buffer.alloc(part === 'header' ? size : 1),
      body: Buffer.alloc(part === 'body' ? size : 1),
    })

    test(`a ${part} of exactly its limit passes`, () => {
      const encoded = Buffer.concat(encodeFrame(frameOf(3), limits))
      assert.equal(decode([encoded], new FrameDecoder(limits)).length, 1)
    })

    test(`a ${part} one byte over its limit is neither sent nor taken`, () => {
      assert.throws(() => encodeFrame(frameOf(4), limits), isProtocolError(/cannot be sent/))
      const encoded = Buffer.concat(encodeFrame(frameOf(4)))
      assert.throws(() => decode([encoded], new FrameDecoder(limits)), isProtocolError(/would be 4 bytes/))
    })
  }
})
