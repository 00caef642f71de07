/** The opcode table is the one of CPython, and docs/FORMAT.md lists the same. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { jsReconstructors } from '../../../src/pickle/globals/js.ts'
import { dumps } from '../../../src/pickle/index.ts'
import { opcodes } from '../../../src/pickle/opcodes.ts'
import { javascriptValues } from '../../vectors/values.ts'
import { pickletoolsListing, python } from './python.ts'

const format = readFileSync(new URL('../../../docs/FORMAT.md', import.meta.url), 'utf8')
const listed = [...(format.split('## Opcodes')[1] ?? '').matchAll(/^\| (\d) +\| (.*?) +\|$/gm)].flatMap(
  ([, protocol, names]) =>
    (names ?? '').split(', ').map(name => [name.replace('*', ''), Number(protocol), name.endsWith('*')] as const),
)

test('names, bytes and protocols are those of pickletools', () => {
  const source = 'result = json.dumps({o.name: [ord(o.code), o.proto] for o in pickletools.opcodes}).encode()'
  const expected: unknown = JSON.parse(python(source).toString())
  const actual = Object.fromEntries([...opcodes.values()].map(({ name, code, protocol }) => [name, [code, protocol]]))
  assert.deepEqual(actual, expected)
})

test('the documented opcodes are those of the table', () => {
  const table = [...opcodes.values()].map(({ name, protocol }) => `${name} ${protocol}`)
  assert.deepEqual(listed.map(([name, protocol]) => `${name} ${protocol}`).sort(), table.sort())
})

test('only opcodes documented as written are written', () => {
  const written = new Set(listed.filter(([, , isWritten]) => isWritten).map(([name]) => name))
  const listing = pickletoolsListing(
    dumps([javascriptValues, 'x'.repeat(70_000), Array.from({ length: 300 }, (_, i) => `${i}`)]),
  )
  const seen = new Set([...listing.matchAll(/^ *\d+: \S+ +([A-Z_0-9]+)/gm)].map(([, name]) => name as string))
  assert.ok(seen.size > 30)
  assert.deepEqual(
    [...seen].filter(name => !written.has(name)),
    [],
  )
})

test('every function of module js that makes values is documented', () => {
  const section = format.split('**What REDUCE makes of them.**')[1] ?? ''
  const ranges =
    'Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float16Array Float32Array Float64Array BigInt64Array BigUint64Array'
  const documented = (name: string): boolean => section.includes(`\`${name}\``) || ranges.split(' ').includes(name)
  assert.deepEqual(
    [...jsReconstructors.keys()].filter(name => !documented(name)),
    [],
  )
})
