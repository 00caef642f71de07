/** Binary data: what travels of a buffer, what stays shared, and what goes out of band. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dumps, loads } from '../../../src/pickle/index.ts'
import { python } from './python.ts'

function copy<T>(value: T): T {
  return loads<T>(dumps(value))
}

test('views of one buffer share one buffer', () => {
  const buffer = new ArrayBuffer(64)
  const back = copy({
    floats: new Float64Array(buffer, 8, 2),
    bytes: new Uint8Array(buffer),
    view: new DataView(buffer, 8),
    buffer,
  })
  back.floats[0] = 1.5
  assert.equal(back.view.getFloat64(0, true), 1.5)
  assert.equal(back.bytes.buffer, back.buffer)
  assert.equal(back.floats.buffer, back.buffer)
  assert.equal(back.bytes[15], 0x3f)
})

test('two arrays over the whole of one buffer stay two, over one buffer', () => {
  const first = Uint8Array.of(1, 2)
  const second = new Uint8Array(first.buffer)
  const back = copy([first, second, first])
  assert.notEqual(back[0], back[1])
  assert.equal(back[0], back[2])
  assert.equal(back[0]?.buffer, back[1]?.buffer)
})

test('of a partly seen buffer only the range that views cover travels', () => {
  const buffer = new ArrayBuffer(1_000_000)
  const bytes = dumps([new Uint8Array(buffer, 500_003, 10), new Uint16Array(buffer, 500_020, 5)])
  assert.ok(bytes.length < 300, `${bytes.length} bytes`)
  const [first, second] = loads<[Uint8Array, Uint16Array]>(bytes)
  assert.equal(first.buffer, second.buffer)
  assert.equal(second.byteOffset - first.byteOffset, 17)
})

test('views of different element sizes keep their alignment', () => {
  const buffer = Uint8Array.from({ length: 64 }, (_, i) => i).buffer
  const value = [new Uint8Array(buffer, 3, 2), new Float64Array(buffer, 16, 2), new Uint16Array(buffer, 6, 1)]
  assert.deepEqual(copy(value), value)
})

test('bytes beside the captured views never travel', () => {
  const buffer = new Uint8Array(64).fill(0xaa).buffer
  const bytes = dumps([new Uint8Array(buffer, 9, 1), new Float64Array(buffer, 16, 1)])
  const [first] = loads<[Uint8Array]>(bytes)
  // One byte of padding for alignment, zeroed: nine to sixteen is the gap between the two views.
  assert.equal(new Uint8Array(first.buffer)[0], 0)
  assert.equal(first.byteOffset, 1)
})

test('slices of the pool of Node do not take the pool along', () => {
  Buffer.from('SECRET OF SOMEBODY ELSE')
  const text = Buffer.from('mine')
  const alias = new Uint8Array(text.buffer, text.byteOffset, text.length)
  Buffer.from('SECRET OF SOMEBODY ELSE')
  const later = Buffer.from('also mine')
  const bytes = Buffer.from(dumps([text, alias, later]))
  assert.ok(!bytes.includes('SECRET'))
  const back = loads<[Buffer, Uint8Array, Buffer]>(bytes)
  assert.ok(Buffer.isBuffer(back[0]))
  assert.equal(back[0].toString() + back[2].toString(), 'minealso mine')
  assert.equal(back[0].buffer, back[1].buffer, 'overlapping views stay shared')
})

test('the pool of Node itself is refused', () => {
  assert.throws(() => dumps({ pool: Buffer.from('x').buffer }), { code: 'ERR_UNPICKLABLE', path: 'pool' })
})

test('a resizable buffer stays resizable', () => {
  const Resizable = ArrayBuffer as unknown as new (size: number, options: object) => ArrayBuffer
  const buffer = new Resizable(4, { maxByteLength: 16 })
  const back = copy({ buffer, view: new Uint8Array(buffer, 1, 2) })
  assert.deepEqual(Reflect.get(back.buffer, 'maxByteLength'), 16)
  assert.equal(back.view.buffer, back.buffer)
})

test('out-of-band buffers are handed over in order and are not copied', () => {
  const [first, second] = [Uint8Array.of(1), Float64Array.of(2)]
  const buffers: Uint8Array[] = []
  const bytes = dumps({ second, first, again: first }, { bufferCallback: buffer => void buffers.push(buffer) })
  assert.deepEqual(
    buffers.map(buffer => buffer.buffer),
    [second.buffer, first.buffer],
  )
  const back = loads<{ first: Uint8Array; second: Float64Array; again: Uint8Array }>(bytes, { buffers })
  assert.equal(back.first.buffer, first.buffer)
  assert.equal(back.again, back.first)
  assert.deepEqual(back.second, second)
})

test('CPython takes out-of-band buffers, too', () => {
  const buffers: Uint8Array[] = []
  const bytes = dumps([Uint8Array.of(1, 2)], { bufferCallback: buffer => void buffers.push(buffer) })
  const source = "result = bytes(pickle.loads(data, buffers=[bytearray(b'\\x01\\x02')])[0])"
  assert.deepEqual([...python(source, bytes)], [1, 2])
})

test('a callback that returns true keeps the buffer inside', () => {
  assert.deepEqual(loads(dumps(Uint8Array.of(7), { bufferCallback: () => true })), Uint8Array.of(7))
})

test('missing out-of-band buffers are an error', () => {
  const bytes = dumps(Uint8Array.of(1), { bufferCallback: () => false })
  assert.throws(() => loads(bytes), { code: 'ERR_PICKLE_CORRUPT', message: /buffers/ })
})

test('shared memory is refused', () => {
  assert.throws(() => dumps([new SharedArrayBuffer(8)]), { code: 'ERR_UNPICKLABLE', path: '[0]' })
  assert.throws(() => dumps([new Uint8Array(new SharedArrayBuffer(8))]), {
    code: 'ERR_UNPICKLABLE',
    message: /SharedArrayBuffer/,
  })
})
