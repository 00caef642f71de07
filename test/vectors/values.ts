/**
 * The values of the frozen pickles beside this file. Pickles written by released versions must stay readable, and what is
 * written must not change without anybody noticing.
 */
import { TimeDelta, TimeZone } from '../../src/pickle/index.ts'

const shared = { id: 1 }
const cycle: unknown[] = []
cycle.push(cycle, { cycle })

const selfContaining: unknown[] = [1]
selfContaining.push(selfContaining)

/** By name: what `pickle-js.json` holds as written by this package. */
export const javascriptValues: Record<string, unknown> = {
  scalars: [null, true, false, undefined, 0, 255, 256, -1, 65536, -65536, 2 ** 31, -(2 ** 40), 1.5, -0, Number.NaN, Infinity],
  bigints: [0n, 1n, -1n, 255n, 2n ** 64n, -(2n ** 64n)],
  strings: ['', 'ascii', 'é漢😀', '\ud800', 'x'.repeat(300)],
  containers: [[], {}, [1], { a: 1 }, { b: [{ c: null }], 1: 'index' }],
  'maps and sets': [new Map(), new Map<unknown, unknown>([[1, 'a'], ['k', shared]]), new Set(), new Set([1, 'a'])],
  'sharing and cycles': [shared, shared, cycle],
  binary: [new Uint8Array([1, 2]), new Uint8Array([1, 2, 3, 4]).buffer, Float64Array.of(1.5), Buffer.from('abc'), new DataView(new ArrayBuffer(2))],
  dates: [new Date(0), new Date(1_234_567_890_123), new Date(8.64e15)],
  'regular expressions and urls': [/a+/gi, new URL('https://host/p?q=1'), new URLSearchParams('a=1')],
  errors: [
    Object.assign(new TypeError('message'), { stack: 'TypeError: message', code: 'E' }),
    Object.assign(new AggregateError([1], 'several', { cause: 2 }), { stack: 'AggregateError: several' }),
  ],
  symbols: [Symbol.iterator, Symbol.for('registered')],
  boxed: [Object(1), Object('two'), Object(3n)],
  'unusual objects': [
    Object.freeze({ a: 1 }),
    Object.assign(Object.create(null), { a: 1 }),
    { [Symbol.iterator]: 1 },
    Object.defineProperty({ a: 1 }, 'hidden', { value: 2 }),
    [, 1],
    Object.assign([1], { extra: true }),
  ],
  intrinsics: [Math.max, Array.prototype.map, Object.getOwnPropertyDescriptor(RegExp.prototype, 'flags')!.get, setTimeout, Buffer],
}

/** Python source of a value, and what its pickle is read as, in every protocol. */
export const pythonValues: [source: string, expected: unknown][] = [
  ['[None, True, False, ...]', [null, true, false, undefined]],
  ['[0, 1, -1, 255, 256, 2**31, -2**31 - 1, 2**53 - 1]', [0, 1, -1, 255, 256, 2 ** 31, -(2 ** 31) - 1, 2 ** 53 - 1]],
  ['[2**53, -2**53, 2**2100]', [2n ** 53n, -(2n ** 53n), 2n ** 2100n]],
  ["[0.5, float('inf'), -0.0, 1e300]", [0.5, Infinity, -0, 1e300]],
  ["['', 'é漢😀', '\\ud800', 'a\\\\u1234\\n']", ['', 'é漢😀', '\ud800', 'a\\u1234\n']],
  ['(1, (2,), (), (1, 2, 3), (1, 2, 3, 4))', [1, [2], [], [1, 2, 3], [1, 2, 3, 4]]],
  ["{'a': [1, {'b': 2}], 'c': {}}", { a: [1, { b: 2 }], c: {} }],
  [
    "{1: 'a', 2: {}, (3,): None}",
    new Map<unknown, unknown>([
      [1, 'a'],
      [2, {}],
      [[3], null],
    ]),
  ],
  ["[{}, (1, 2, 3, 4), {'a': 1}]", [{}, [1, 2, 3, 4], { a: 1 }]],
  [
    "{'b': 1, 2: 2}",
    new Map<unknown, unknown>([
      ['b', 1],
      [2, 2],
    ]),
  ],
  ['[{1, 2}, frozenset([3])]', [new Set([1, 2]), new Set([3])]],
  ["[b'', b'\\x00\\xff', bytearray(b'abc')]", [new Uint8Array(0), Uint8Array.of(0, 255), Uint8Array.of(97, 98, 99)]],
  [
    "OrderedDict([('a', 1), (2, 'b')])",
    new Map<unknown, unknown>([
      ['a', 1],
      [2, 'b'],
    ]),
  ],
  ["__import__('collections').defaultdict(list, {'a': [1]})", new Map([['a', [1]]])],
  ["__import__('collections').deque([1, 2])", [1, 2]],
  ["__import__('datetime').datetime(2024, 2, 29, 1, 2, 3, 4999)", new Date('2024-02-29T01:02:03.004Z')],
  [
    "(lambda d: d.datetime(2024, 1, 1, tzinfo=d.timezone(d.timedelta(hours=-5))))(__import__('datetime'))",
    new Date('2024-01-01T05:00:00Z'),
  ],
  ["__import__('datetime').date(1999, 12, 31)", new Date('1999-12-31T00:00:00Z')],
  ["(lambda d: [d, d])({'a': 1})", [{ a: 1 }, { a: 1 }]],
  ["__import__('datetime').timedelta(1, 2, 3)", new TimeDelta(1, 2, 3)],
  ["__import__('datetime').timezone(__import__('datetime').timedelta(hours=1), 'x')", new TimeZone(new TimeDelta(0, 3600, 0), 'x')],
  ["__import__('collections').Counter('aab')", new Map([['a', 2], ['b', 1]])],
  ["__import__('collections').defaultdict(int, {1: 2})", new Map([[1, 2]])],
  ["[float('nan'), -float('inf'), 1e-5, 5e-324, 1e22]", [Number.NaN, -Infinity, 1e-5, 5e-324, 1e22]],
  ["[bytes(300), bytearray(300), 'x' * 300]", [new Uint8Array(300), new Uint8Array(300), 'x'.repeat(300)]],
  ['list(range(1001))', Array.from({ length: 1001 }, (_, i) => i)],
  ["{str(i): i for i in range(1001)}", Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [String(i), i]))],
  ["{('a', frozenset([1])): {2: [{3: 4}]}}", new Map([[['a', new Set([1])], new Map([[2, [new Map([[3, 4]])]]])]])],
  ["(lambda l: l.append(l) or l)([1])", selfContaining],
]

