/**
 * ArrayBuffer, its views and Node's Buffer from the bytearray of a pickle, sharing its memory.
 */
import { Bytes } from '../values.ts'
import { constructorOf, expect, isCount, type Reading, type Reconstruct } from './reconstructor.ts'

export function view(type: string): Reconstruct {
  return ([bytes, offset, length], reading) => {
    if (length === undefined && bytes instanceof ArrayBuffer && Reflect.get(bytes, 'resizable') === true) {
      expect(isCount(offset) && offset <= bytes.byteLength, 'an offset')
      return new (constructorOf(type))(bytes, offset)
    }
    const { buffer, start, size } = memory(bytes)
    const elementSize: unknown = Reflect.get(constructorOf(type), 'BYTES_PER_ELEMENT') ?? 1
    expect(typeof elementSize === 'number', 'an element size')
    const from = offset ?? 0
    expect(isCount(from), 'an offset')
    const count = length ?? (size - from) / elementSize
    expect(isCount(count) && from + count * elementSize <= size, 'a range inside the buffer')
    // Bytes lent out of band may start anywhere; a view of larger elements cannot.
    if ((start + from) % elementSize === 0) return new (constructorOf(type))(buffer, start + from, count)
    reading.charge((count * elementSize) >> 3)
    const copied = buffer.slice(start + from, start + from + count * elementSize)
    return new (constructorOf(type))(copied, 0, count)
  }
}

export function nodeBuffer([bytes, offset, length]: readonly unknown[]): unknown {
  const { buffer, start, size } = memory(bytes)
  const from = offset ?? 0
  expect(isCount(from), 'an offset')
  const count = length ?? size - from
  expect(isCount(count) && from + count <= size, 'a range inside the buffer')
  const NodeBuffer: unknown = constructorOf('Buffer')
  const make: unknown = Reflect.get(NodeBuffer as object, 'from')
  expect(typeof make === 'function', 'Buffer.from')
  return Reflect.apply(make, NodeBuffer, [buffer, start + from, count])
}

function memory(given: unknown): { buffer: ArrayBuffer; start: number; size: number } {
  const bytes = given instanceof Bytes ? given.bytes : given
  if (bytes instanceof ArrayBuffer) return { buffer: bytes, start: 0, size: bytes.byteLength }
  expect(bytes instanceof Uint8Array && bytes.buffer instanceof ArrayBuffer, 'a bytearray')
  return { buffer: bytes.buffer, start: bytes.byteOffset, size: bytes.byteLength }
}

export function arrayBuffer([bytes, maxByteLength]: readonly unknown[], reading: Reading): ArrayBuffer {
  const { buffer, start, size } = memory(bytes)
  if (maxByteLength === undefined && size === buffer.byteLength) return buffer
  reading.charge(size >> 3)
  if (maxByteLength === undefined) return buffer.slice(start, start + size)
  expect(isCount(maxByteLength) && maxByteLength >= size, 'a maximum length')
  reading.countResizable()
  const resizable = new (constructorOf('ArrayBuffer'))(size, { maxByteLength }) as ArrayBuffer
  new Uint8Array(resizable).set(new Uint8Array(buffer, start, size))
  return resizable
}
