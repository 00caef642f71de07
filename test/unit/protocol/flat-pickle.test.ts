/** Flat pickles: the bytes are the machine's own, whatever is in the record; what is not flat is left to the machine. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { dumps, loads } from '../../../src/pickle/index.ts'
import { decodeFlat, encodeFlat } from '../../../src/protocol/flat-pickle.ts'

const flat: object[] = [
  { kind: 'close' },
  { kind: 'call', id: '123', functionId: null, attempt: 1 },
  { kind: 'result', id: '1', ok: true, last: false },
  { a: 0, b: 255, c: 256, d: 65_535, e: 65_536, f: -1, g: 2 ** 31 - 1, h: -(2 ** 31) },
  { text: '', long: 'x'.repeat(255) },
  { n: 0.5, zero: -0, huge: 2 ** 60 },
  { nothing: undefined },
]

const others: object[] = [
  {},
  { text: 'x'.repeat(256) },
  { text: 'ü' },
  { twice: 'same', again: 'same' },
  { kind: 'kind' },
  { n: 2 ** 31 },
  { nothing: undefined, again: undefined },
  { nothing: undefined, word: 'builtins' },
  { word: 'Ellipsis', nothing: undefined },
  { list: ['a'] },
  { map: new Map([['a', 'b']]) },
]

suite('flat pickles', () => {
  for (const record of flat) {
    test(`${JSON.stringify(record).slice(0, 60)} is written as by the machine, and read`, () => {
      const bytes = encodeFlat(record)
      assert.deepEqual(Buffer.from(bytes ?? []), Buffer.from(dumps(record)))
      assert.deepEqual(decodeFlat(bytes!), record)
    })
  }

  test('what is not flat is left to the machine, both ways', () => {
    for (const record of others) {
      assert.equal(encodeFlat(record), undefined, JSON.stringify(record))
      assert.equal(decodeFlat(dumps(record)), undefined, JSON.stringify(record))
    }
    const named = JSON.parse('{"__proto__":"x"}') as object
    assert.equal(decodeFlat(encodeFlat(named) ?? dumps(named)), undefined)
  })

  test('a pickle in which any bit was changed is read as by the machine, or left to it', () => {
    const bytes = encodeFlat({ kind: 'call', id: '12', functionId: null, attempt: 300, ok: true, n: -5 })!
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Uint8Array.from(bytes)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      const record = decodeFlat(changed)
      if (record) assert.deepEqual(record, loads(changed), `bit ${bit}`)
    }
    for (let length = 0; length < bytes.length; length++) assert.equal(decodeFlat(bytes.subarray(0, length)), undefined)
  })
})
