/** Every loss that docs/FORMAT.md names, shown; a loss that goes away should go from the page, too. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dumps, loads } from '../../../src/pickle/index.ts'
import { python } from './python.ts'

function copy<T>(value: T): T {
  return loads<T>(dumps(value))
}

/** Through CPython and back. */
function throughPython(value: unknown): unknown {
  return loads(python('result = pickle.dumps(pickle.loads(data), 5)', dumps(value)))
}

test('a view counts its offset from the first byte that is captured', () => {
  const view = new Uint8Array(new ArrayBuffer(100), 50, 10)
  assert.equal(copy(view).byteOffset, 0)
  assert.equal(copy({ buffer: view.buffer, view }).view.byteOffset, 50)
})

test('views of an ArrayBuffer as large as the pool share only where they overlap', () => {
  const buffer = new ArrayBuffer(Buffer.allocUnsafe(1).buffer.byteLength)
  const [a, b, c] = copy([new Uint8Array(buffer, 0, 4), new Uint8Array(buffer, 2, 4), new Uint8Array(buffer, 100, 4)])
  assert.equal(a?.buffer, b?.buffer)
  assert.notEqual(a?.buffer, c?.buffer)
})

test('the search parameters of a URL come back on their own', () => {
  const url = new URL('http://a/?b=1')
  const back = copy({ url, parameters: url.searchParams })
  back.parameters.set('b', '2')
  assert.equal(back.url.href, 'http://a/?b=1')
})

test('a unique symbol is another one in the next pickle', () => {
  const bytes = dumps(Symbol('s'))
  assert.notEqual(loads(bytes), loads(bytes))
})

test('a bigint below 2 to the 53 comes back from CPython as a number', () => {
  assert.deepEqual(throughPython([5n, 2n ** 53n]), [5, 2n ** 53n])
})

test('one, one point zero and true are one member in CPython', () => {
  assert.deepEqual(throughPython(new Set([1, true])), new Set([1]))
})

test('tuple, frozenset and bytes of CPython come back as list, set and bytearray', () => {
  const value = loads(python("result = pickle.dumps([(1,), frozenset([2]), b'x'], 5)"))
  const types = python("result = ' '.join(type(v).__name__ for v in pickle.loads(data)).encode()", dumps(value))
  assert.equal(types.toString(), 'list set bytearray')
})

test('microseconds are cut to milliseconds', () => {
  const source = 'import datetime as d; result = pickle.dumps(d.datetime(2024, 1, 1, 0, 0, 0, 1999, d.timezone.utc), 5)'
  assert.equal(loads<Date>(python(source)).getMilliseconds(), 1)
})

test('keys that look like array indices come first', () => {
  const value = loads<object>(python("result = pickle.dumps({'b': 1, '2': 2, '1': 3}, 5)"))
  assert.deepEqual(Object.keys(value), ['1', '2', 'b'])
})

test('two lone surrogates of CPython that make a pair are one character', () => {
  const value = loads<string>(python('result = pickle.dumps(chr(0xd83d) + chr(0xde00), 5)'))
  assert.equal(value, '\u{1f600}')
  assert.equal(python('result = str(len(pickle.loads(data))).encode()', dumps(value)).toString(), '1')
})

test('dicts of other classes, and with other keys, come back as OrderedDict, and deque as list', () => {
  const source =
    'import collections as c; result = pickle.dumps([c.Counter(a=1), c.defaultdict(int), {1: 2}, c.deque()], 5)'
  const types = python(
    "result = ' '.join(type(v).__name__ for v in pickle.loads(data)).encode()",
    dumps(loads(python(source))),
  )
  assert.equal(types.toString(), 'OrderedDict OrderedDict OrderedDict list')
})
