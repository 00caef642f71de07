/** Keys: which are taken, and what they are for. The figures are those of Python's hmac and hashlib. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { SigningKey, signingKey, type Key } from '../../../src/signing/signing-key.ts'

const bytes = randomBytes(32)

const hexOf = (key: Key): string => Buffer.from(new SigningKey(key).derive('pickle')).toString('hex')

suite('keys', () => {
  test('are the same as bytes, in hex and in base64', () => {
    const expected = hexOf(bytes)
    for (const form of ['hex', 'base64', 'base64url'] as const)
      assert.equal(hexOf(bytes.toString(form)), expected, form)
    assert.equal(hexOf(bytes.toString('hex').toUpperCase()), expected)
    assert.notEqual(hexOf(randomBytes(32)), expected)
  })

  test('give another key for each purpose, the same on every machine', () => {
    const key = new SigningKey(Buffer.alloc(32, 1))
    const hex = (['pickle', 'conversation'] as const).map(purpose => Buffer.from(key.derive(purpose)).toString('hex'))
    assert.deepEqual(hex, [
      'cc8686b69a7a06a45a4f893940683fd0ee3605b793accb4e53ecc8033137d5e5',
      'e227cde03a36d12c08de746a467bf031f2f322d9c6436a654ecba7948096ddd3',
    ])
  })

  test('are made of passphrases, however their letters are composed', () => {
    const composed = hexOf('passphrase:caf\u00e9 au lait, s\u2019il vous pla\u00eet')
    assert.equal(hexOf('passphrase:cafe\u0301 au lait, s\u2019il vous pla\u00eet'), composed)
    assert.equal(composed, '1a0f3d4732f2f3eac26c2ec0de5810c7f2cd934825e487624ed5203a2c6a3080')
  })

  test('that are too short, or no keys, are refused', () => {
    const refused: readonly unknown[] = [
      new Uint8Array(31),
      randomBytes(31).toString('hex'),
      randomBytes(31).toString('base64'),
      '',
      'correct horse battery staple',
      'passphrase:fifteen letters'.slice(0, 26),
      undefined,
      42,
    ]
    for (const key of refused)
      assert.throws(() => new SigningKey(key as Key), { code: 'ERR_KEY_UNUSABLE' }, String(key))
  })

  test('do not change with the bytes that they were made of', () => {
    const given = Uint8Array.from(bytes)
    const key = new SigningKey(given)
    given.fill(0)
    assert.equal(Buffer.from(key.derive('pickle')).toString('hex'), hexOf(bytes))
  })

  test('come from MODULEPICKLE_KEY, unless the option says otherwise', () => {
    process.env['MODULEPICKLE_KEY'] = bytes.toString('base64')
    try {
      assert.equal(Buffer.from(signingKey(undefined)!.derive('pickle')).toString('hex'), hexOf(bytes))
      assert.equal(signingKey(null), undefined)
      assert.notDeepEqual(signingKey(randomBytes(32))!.derive('pickle'), signingKey(undefined)!.derive('pickle'))
    } finally {
      delete process.env['MODULEPICKLE_KEY']
    }
    assert.equal(signingKey(undefined), undefined)
  })
})
