/** Signed pickles: only what was signed with the key is loaded, and nothing else is looked at. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { dumps, loads, loadsSync } from '../../../src/index.ts'
import { python } from '../pickle/python.ts'

const key = randomBytes(32)
const value = { list: [1, 'two', new Map([[3n, null]])] }

suite('signed pickles', () => {
  test('load with the key they were signed with', async () => {
    const bytes = dumps(value, { key })
    assert.deepEqual(await loads(bytes, { key: key.toString('hex') }), value)
    assert.deepEqual(loadsSync(bytes, { key }), value)
    assert.deepEqual(await loads(bytes, { key, allow: 'data' }), value)
  })

  test('differ from the pickle in what follows it, so that CPython reads them', () => {
    const bytes = dumps(['a', 1], { key })
    const plain = dumps(['a', 1])
    assert.deepEqual(bytes.subarray(0, plain.length), Buffer.from(plain))
    assert.equal(bytes.length, plain.length + 40)
    assert.equal(bytes.subarray(-8).toString(), 'MPSIGN01')
    assert.equal(
      python('listing(data); result = json.dumps(pickle.loads(data)).encode()', bytes).toString(),
      '["a", 1]',
    )
  })

  test('are refused with every bit flipped, and cut off anywhere', async () => {
    const bytes = dumps(value, { key })
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const altered = Uint8Array.from(bytes)
      altered[bit >> 3]! ^= 1 << (bit & 7)
      const isMark = bit >> 3 >= bytes.length - 8
      await assert.rejects(loads(altered, { key }), {
        code: isMark ? 'ERR_SIGNATURE_MISSING' : 'ERR_SIGNATURE_INVALID',
      })
    }
    for (let length = 0; length < bytes.length; length++) {
      await assert.rejects(loads(bytes.subarray(0, length), { key }), { code: 'ERR_SIGNATURE_MISSING' })
    }
  })

  test('are refused with another key, and without any', async () => {
    const bytes = dumps(value, { key })
    await assert.rejects(loads(bytes, { key: randomBytes(32) }), { code: 'ERR_SIGNATURE_INVALID' })
    await assert.rejects(loads(bytes), { code: 'ERR_KEY_MISSING' })
    assert.throws(() => loadsSync(bytes), { code: 'ERR_KEY_MISSING' })
  })

  test('are the only ones that are loaded where there is a key', async () => {
    await assert.rejects(loads(dumps(value), { key }), { code: 'ERR_SIGNATURE_MISSING' })
    process.env['MODULEPICKLE_KEY'] = key.toString('base64')
    try {
      assert.deepEqual(await loads(dumps(value)), value)
      assert.deepEqual(await loads(dumps(value, { key: null }), { key: null }), value)
      await assert.rejects(loads(dumps(value, { key: null })), { code: 'ERR_SIGNATURE_MISSING' })
    } finally {
      delete process.env['MODULEPICKLE_KEY']
    }
  })
})
