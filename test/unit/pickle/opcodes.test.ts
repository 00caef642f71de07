/** The opcode table is the one of CPython. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { opcodes } from '../../../src/pickle/opcodes.ts'
import { python } from './python.ts'

test('names, bytes and protocols are those of pickletools', () => {
  const source = 'result = json.dumps({o.name: [ord(o.code), o.proto] for o in pickletools.opcodes}).encode()'
  const expected: unknown = JSON.parse(python(source).toString())
  const actual = Object.fromEntries([...opcodes.values()].map(({ name, code, protocol }) => [name, [code, protocol]]))
  assert.deepEqual(actual, expected)
})
