/** Pickles of a few scalars: the bytes are the machine's own; what is more than that is left to the machine, both ways. */
import assert from 'node:assert/strict'
import { tracingChannel } from 'node:diagnostics_channel'
import { suite, test } from 'node:test'
import { decodeScalars, encodeArguments, encodeResult } from '../../../src/call/scalar-pickle.ts'
import { dumps, loads } from '../../../src/pickle/index.ts'

const texts = ['', 'a', 'resul', 'seven77']
const numbers = [0, 1, 255, 256, 65_535, 65_536, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 60]
const floats = [0.5, -1.5e300, 5e-324, Infinity, -Infinity, -0]
const scalars: unknown[] = [null, true, false, undefined, ...texts, ...numbers, ...floats]

const others: unknown[] = [
  'eight888',
  'ü',
  2 ** 31,
  -(2 ** 31) - 1,
  NaN,
  1n,
  Symbol.iterator,
  Math.max,
  [],
  {},
  [1],
  new Date(0),
  new Uint8Array(3),
]

const lists: unknown[][] = [
  [],
  [null, undefined, true],
  ['a', 'b', 1, 0.5],
  scalars.filter(each => each !== undefined).slice(0, 16),
  Array.from({ length: 16 }, (_, index) => index + 0.25),
]

suite('pickles of scalars', () => {
  for (const value of scalars) {
    test(`${String(Object.is(value, -0) ? '-0' : value)} is written as by the machine, and read`, () => {
      const [result, args] = [encodeResult(value), encodeArguments([value])]
      assert.deepEqual(Buffer.from(result ?? []), Buffer.from(dumps({ result: value })))
      assert.deepEqual(Buffer.from(args ?? []), Buffer.from(dumps({ args: [value] })))
      assert.deepEqual(decodeScalars(result!), { result: value })
      assert.deepEqual(decodeScalars(args!), { args: [value] })
    })
  }

  test('arguments are written as by the machine, and read', () => {
    for (const args of lists) {
      const bytes = encodeArguments(args)
      assert.deepEqual(Buffer.from(bytes ?? []), Buffer.from(dumps({ args })), JSON.stringify(args))
      assert.deepEqual(decodeScalars(bytes!), { args })
    }
  })

  test('what is more than a few scalars is left to the machine, both ways', () => {
    for (const value of others) {
      assert.equal(encodeResult(value), undefined)
      assert.equal(encodeArguments([1, value]), undefined)
    }
    for (const args of [['a', 'a'], ['args'], [undefined, undefined], Array.from({ length: 17 }, () => 1)]) {
      assert.equal(encodeArguments(args), undefined)
    }
    assert.equal(encodeResult('result'), undefined)
    for (const value of [{ result: [1] }, { result: 1, more: 2 }, { error: 1 }, { args: 1 }, { args: ['ü'] }]) {
      assert.equal(decodeScalars(dumps(value)), undefined, JSON.stringify(value))
    }
  })

  test('a pickle that was cut, or in which any bit was changed, is read as by the machine, or left to it', () => {
    for (const bytes of [encodeArguments([1, 'text', 0.5, 300, -5, undefined, null])!, encodeResult(-70_000)!]) {
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const changed = Uint8Array.from(bytes)
        changed[bit >> 3]! ^= 1 << (bit & 7)
        const known = decodeScalars(changed)
        if (known) assert.deepEqual(known, loads(changed), `bit ${bit}`)
      }
      for (let length = 0; length < bytes.length; length++) {
        assert.equal(decodeScalars(bytes.subarray(0, length)), undefined)
      }
    }
  })

  test('whoever listens to encoding and decoding hears of every call', () => {
    const bytes = encodeResult(1)!
    const listener = { start: () => {} }
    const [encode, decode] = [tracingChannel('modulepickle.encode'), tracingChannel('modulepickle.decode')]
    encode.subscribe(listener as never)
    decode.subscribe(listener as never)
    try {
      assert.deepEqual([encodeResult(1), encodeArguments([1]), decodeScalars(bytes)], [undefined, undefined, undefined])
    } finally {
      encode.unsubscribe(listener as never)
      decode.unsubscribe(listener as never)
    }
  })
})
