/** `{ python: true }`: Python's types kept apart, and given back to Python as what they were. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  Bytes,
  DateTime,
  Frozenset,
  PlainDate,
  TimeDelta,
  TimeZone,
  Tuple,
  dumps,
  loads,
} from '../../../src/pickle/index.ts'
import { pickletoolsListing, python } from './python.ts'

/** What a Python expression is read as, from every protocol. */
function readPython(source: string): unknown[] {
  const program = `import datetime; result = pickle.dumps([pickle.dumps(${source}, protocol) for protocol in range(6)])`
  return loads<Uint8Array[]>(python(program)).map(bytes => loads(bytes, { python: true }))
}

const utc = new TimeZone(new TimeDelta(0, 0, 0))
const leapDay = new PlainDate(2024, 2, 29)

const kept: [source: string, expected: unknown][] = [
  ['(1, (2,), (), (1, 2, 3), (1, 2, 3, 4))', new Tuple([1, new Tuple([2]), new Tuple([]), new Tuple([1, 2, 3]), new Tuple([1, 2, 3, 4])])], // prettier-ignore
  ['[frozenset([1]), frozenset(), {2}]', [new Frozenset(new Set([1])), new Frozenset(new Set()), new Set([2])]],
  ["[b'', b'\\xff', bytearray(b'a')]", [new Bytes(Uint8Array.of()), new Bytes(Uint8Array.of(255)), Uint8Array.of(97)]],
  ['bytes(70000)', new Bytes(new Uint8Array(70_000))],
  ['datetime.date(2024, 2, 29)', leapDay],
  ['datetime.datetime(2024, 2, 29, 1, 2, 3, 456789)', new DateTime(leapDay, [1, 2, 3, 456_789])],
  ['datetime.datetime(2024, 2, 29, 23, 59, 59, 5, datetime.timezone.utc)', new DateTime(leapDay, [23, 59, 59, 5], utc)], // prettier-ignore
  [
    "datetime.datetime(1, 2, 3, tzinfo=datetime.timezone(datetime.timedelta(hours=-5), 'x'))",
    new DateTime(new PlainDate(1, 2, 3), [0, 0, 0, 0], new TimeZone(new TimeDelta(-1, 68_400, 0), 'x')),
  ],
  ['datetime.timedelta(1, 2, 3)', new TimeDelta(1, 2, 3)],
  ["{(1, 'a'): b'x'}", new Map([[new Tuple([1, 'a']), new Bytes(Uint8Array.of(120))]])],
  ["OrderedDict([('a', (1,))])", new Map([['a', new Tuple([1])]])],
]

for (const [source, expected] of kept) {
  test(`is kept apart, in every protocol: ${source.slice(0, 60)}`, () => {
    for (const value of readPython(source)) assert.deepEqual(value, expected)
  })

  test(`comes back to Python equal, a dict aside of the same types: ${source.slice(0, 60)}`, () => {
    const [value] = readPython(source)
    const bytes = dumps(value)
    assert.match(pickletoolsListing(bytes), /STOP/)
    const program = `
import datetime
def types(v):
    inner = v.items() if isinstance(v, dict) else v if isinstance(v, (list, tuple, set, frozenset)) else ()
    return (None if isinstance(v, dict) else type(v), [types(i) for i in inner])
given, wanted = pickle.loads(data), ${source}
result = str((given, types(given)) == (wanted, types(wanted))).encode()`
    assert.equal(python(program, bytes).toString(), 'True')
  })
}

test('a fold is kept', () => {
  const bytes = python('import datetime; result = pickle.dumps(datetime.datetime(2024, 2, 29, fold=1), 5)')
  const value = loads<DateTime>(bytes, { python: true })
  assert.equal(value.fold, 1)
  assert.equal(python('result = str(pickle.loads(data).fold).encode()', dumps(value)).toString(), '1')
})

test('a tuple or frozenset that holds itself through a list is one object', () => {
  const list: unknown[] = []
  const tuple = new Tuple([list])
  list.push(tuple)
  const back = loads<Tuple>(dumps(tuple), { python: true })
  assert.equal((back.items[0] as unknown[])[0], back)
  const box: { inside?: Frozenset } = {}
  const frozen = new Frozenset(new Set([box]))
  box.inside = frozen
  const again = loads<Frozenset>(dumps(frozen), { python: true })
  assert.equal(([...again.members] as (typeof box)[])[0]?.inside, again)
})

test('what is written here is read with its own reducers all the same', () => {
  const value = {
    frozen: Object.freeze([Symbol.for('x'), /a/g]),
    error: new TypeError('x', { cause: 1 }),
    view: Float64Array.of(1),
    accessor: Object.defineProperty({}, 'hidden', { value: 1 }),
    bare: Object.assign(Object.create(null), { a: 1 }),
    sparse: [, 1], // oxlint-disable-line no-sparse-arrays
  }
  assert.deepEqual(loads(dumps(value), { python: true }), value)
})

test('a date is a DateTime, and a moment', () => {
  const moment = new Date('2024-02-29T01:02:03.004Z')
  const value = loads<DateTime>(dumps(moment), { python: true })
  assert.deepEqual(value, new DateTime(leapDay, [1, 2, 3, 4000], utc))
  assert.deepEqual(value.toDate(), moment)
})
