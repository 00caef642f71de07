/** CPython reads what is written here, and what it writes is read here. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dis, dumps, loads } from '../../../src/pickle/index.ts'
import { pythonValues } from '../../vectors/values.ts'
import { pickletoolsListing, python } from './python.ts'

const shared = { a: 1 }

/** Values that are equal in both languages. */
const common: Record<string, unknown> = {
  null: null,
  booleans: [true, false],
  undefined,
  'small integers': [0, 1, 255, 256, 65535, 65536, 2147483647, -1, -255, -2147483648],
  'large integers': [2147483648, -2147483649, 2 ** 40, -(2 ** 47), Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
  floats: [0.5, -0, 1e-5, 1e16, 1e21, 5e-324, 1.7976931348623157e308, Infinity, -Infinity, Number.NaN],
  'a bigint above 2 to the 53': [2n ** 53n, -(2n ** 64n), 2n ** 1000n],
  strings: ['', 'a', 'é', '漢字', '😀', '\ud800', 'a\udc00b', `it's "quoted"\n\t\u200b\\`, 'x'.repeat(300)],
  'a string over one frame': 'é'.repeat(50_000),
  'one string twice': ['again', 'again'],
  'an empty list and dict': [[], {}],
  'one item each': [['x'], { k: 'v' }],
  'lists around the batch size': [999, 1000, 1001, 2000].map(n => Array.from({ length: n }, (_, i) => i)),
  'a dict over the batch size': Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`k${i}`, i])),
  'maps around the batch size': [0, 1, 2, 1000, 1001].map(
    n => new Map(Array.from({ length: n }, (_, i) => [i, `v${i}`])),
  ),
  'a dict with the key __proto__': JSON.parse('{"__proto__": 1, "constructor": 2}'),
  'a shared dict': [shared, shared],
  bytes: [new Uint8Array(0), Uint8Array.of(1, 2, 255), new Uint8Array(70_000)],
  dates: [
    new Date(0),
    new Date(1_234_567_890_123),
    new Date('0001-01-01T00:00:00.000Z'),
    new Date('9999-12-31T23:59:59.999Z'),
  ],
  'many values over several frames': Array.from({ length: 5000 }, (_, i) => ({
    id: i,
    name: `name ${i}`,
    half: i / 2,
  })),
}

for (const [name, value] of Object.entries(common)) {
  test(`CPython writes the same bytes again: ${name}`, () => {
    const bytes = dumps(value)
    const again = python('result = pickle.dumps(pickle.loads(data), 5)', bytes)
    // CPython writes LONG4 above 255 bytes only, and the module `datetime` and its class are two strings there.
    if (name.startsWith('a bigint') || name === 'dates') assert.deepEqual(loads(again), value)
    else assert.deepEqual(Buffer.from(bytes), again)
  })
}

test('the listing is the one of pickletools', () => {
  const everything = [common, new Set([1, 'a']), /x/g, new TypeError('x'), Symbol.iterator, Buffer.from("it's")]
  const bytes = dumps(everything)
  assert.equal(dis(bytes), pickletoolsListing(bytes))
})

test('the listing of each protocol of CPython is the one of pickletools', () => {
  const value = "[1, -5, 70000, 2**70, True, None, 1.5, 'é\\n', b'\\xff', {'a': (1, 2, 3, 4)}, {1, 2}, 1e22]"
  const program = `result = pickle.dumps([pickle.dumps(${value}, protocol) for protocol in range(6)])`
  for (const [protocol, bytes] of loads<Uint8Array[]>(python(program)).entries()) {
    assert.equal(dis(bytes), pickletoolsListing(bytes), `protocol ${protocol}`)
  }
})

test('dates are the same moments in CPython', () => {
  const bytes = dumps([new Date(0), new Date('0001-01-01T00:00:00.000Z'), new Date('9999-12-31T23:59:59.999Z')])
  const moments = python("result = ' '.join(d.isoformat() for d in pickle.loads(data)).encode()", bytes).toString()
  const expected = '1970-01-01T00:00:00+00:00 0001-01-01T00:00:00+00:00 9999-12-31T23:59:59.999000+00:00'
  assert.equal(moments, expected)
})

test('a set of three is the same set in CPython', () => {
  const bytes = dumps(new Set([1, 'a', null]))
  assert.equal(python("result = str(pickle.loads(data) == {1, 'a', None}).encode()", bytes).toString(), 'True')
})

test('a shared object is one object in CPython', () => {
  const bytes = dumps({ x: shared, y: shared })
  assert.equal(python("v = pickle.loads(data); result = str(v['x'] is v['y']).encode()", bytes).toString(), 'True')
})

test('a cycle is a cycle in CPython', () => {
  const cycle: Record<string, unknown> = {}
  cycle['self'] = [cycle]
  assert.equal(
    python("v = pickle.loads(data); result = str(v['self'][0] is v).encode()", dumps(cycle)).toString(),
    'True',
  )
})

for (const [source, expected] of pythonValues) {
  test(`read from CPython in every protocol: ${source}`, () => {
    const program = `result = pickle.dumps([pickle.dumps(${source}, protocol) for protocol in range(6)])`
    for (const [protocol, bytes] of loads<Uint8Array[]>(python(program)).entries()) {
      assert.deepEqual(loads(bytes), expected, `protocol ${protocol}`)
    }
  })
}

test('a dict that holds itself and has a key that is no string is a Map that holds itself', () => {
  const map = loads<Map<unknown, unknown>>(
    python("d = {}; d['self'] = d; d[1] = {'x': d}; result = pickle.dumps([d, d], 5)"),
  )
  const [first, second] = map as unknown as [Map<unknown, unknown>, unknown]
  assert.equal(first, second)
  assert.equal(first.get('self'), first)
  assert.deepEqual([...first.keys()], ['self', 1])
  assert.equal((first.get(1) as Record<string, unknown>)['x'], first)
})
