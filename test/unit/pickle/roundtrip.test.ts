/** JavaScript to JavaScript is exact: values, property attributes, prototypes, order of keys. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dumps, loads, type PicklerOptions } from '../../../src/pickle/index.ts'
import { pickletoolsListing } from './python.ts'

function copy<T>(value: T, options?: PicklerOptions): T {
  return loads<T>(dumps(value, options))
}

/** Everything that reflection can see of an object's own properties. */
function shape(value: object): unknown {
  return {
    prototype: Object.getPrototypeOf(value),
    extensible: Object.isExtensible(value),
    properties: Reflect.ownKeys(value).map(key => [key, Object.getOwnPropertyDescriptor(value, key)]),
  }
}

const getFlags = Object.getOwnPropertyDescriptor(RegExp.prototype, 'flags')?.get as () => string

const objects: Record<string, object> = {
  'an empty object': {},
  'integer-like keys': { 2: 'b', 1: 'a', z: 0, a: 1 },
  'a __proto__ property': JSON.parse('{"__proto__": {"polluted": true}}'),
  'symbol keys': { a: 1, [Symbol.iterator]: 2, [Symbol.for('registered')]: 3 },
  'a property that is not enumerable': Object.defineProperty({ a: 1, c: 2 }, 'b', { value: 3, configurable: true }),
  'an accessor amid data': Object.defineProperty({ a: 1 }, 'flags', {
    get: getFlags,
    enumerable: true,
    configurable: true,
  }),
  'frozen, sealed and closed objects': [
    Object.freeze({ a: 1, [Symbol.iterator]: 1 }),
    Object.seal({ a: 1 }),
    Object.preventExtensions({ a: 1 }),
    Object.freeze([1, 2]),
    Object.freeze({}),
  ],
  'a null prototype': Object.assign(Object.create(null), { a: 1, __proto__: 2 }),
  'an array with holes': [1, , 3], // oxlint-disable-line no-sparse-arrays
  'an array of holes': Array.from<unknown>({ length: 0 }).concat(new Array(5)), // oxlint-disable-line unicorn/no-new-array
  'a match result': /(?<year>\d+)/.exec('in 1984') as object,
  'an array with a property': Object.assign([1, 2], { extra: true }),
  'a map with any keys': new Map<unknown, unknown>([
    [Number.NaN, 1],
    [null, 2],
    [undefined, 3],
    ['a', new Map()],
  ]),
  'a map with a property': Object.assign(new Map([[1, 2]]), { extra: true }),
  'a set': new Set<unknown>([1, '1', Number.NaN, undefined, new Set()]),
  dates: [new Date(0), new Date(8.64e15), new Date(-8.64e15), new Date(-62_135_596_800_001)],
  'regular expressions': [/a/, /[/\\]/giu, new RegExp('')],
  'boxed primitives': [Object(1), Object('two'), Object(true), Object(3n), Object(Symbol.iterator)],
  'typed arrays': [
    ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array].map(Type => Type.of(1, 2, 3)),
    ...[Int32Array, Uint32Array, Float32Array, Float64Array].map(Type => Type.of(1, 2, 3)),
    BigInt64Array.of(-1n),
    BigUint64Array.of(2n ** 64n - 1n),
    new DataView(Uint8Array.of(1, 2, 3, 4).buffer),
    Uint8Array.of(9).buffer,
    Buffer.from('text'),
    new Uint8Array(0),
  ],
  urls: [new URL('https://user:pass@host:8080/p?q=1#f'), new URLSearchParams('a=1&a=2')],
}

for (const [name, value] of Object.entries(objects)) {
  test(`comes back the same: ${name}`, () => {
    const bytes = dumps(value)
    const back = loads<object>(bytes)
    assert.deepEqual(back, value)
    assert.deepEqual(shape(back), shape(value))
    assert.deepEqual(dumps(back), bytes, 'equal structure must give equal bytes')
    assert.ok(pickletoolsListing(bytes).includes('STOP'))
  })
}

test('primitives come back the same, and bigints stay bigints', () => {
  const values = [
    0,
    -0,
    1.5,
    Number.NaN,
    2 ** 53,
    2 ** 60,
    0n,
    1n,
    -1n,
    255n,
    -129n,
    2n ** 64n,
    '',
    '\ud800',
    undefined,
    null,
  ]
  assert.deepEqual(copy(values), values)
  for (const value of values) assert.ok(Object.is(copy(value), value), String(value))
})

test('a regular expression with a moved lastIndex comes back with it', () => {
  const pattern = /a/g
  pattern.lastIndex = 7
  assert.equal(copy(pattern).lastIndex, 7)
  assert.ok(Object.isFrozen(copy(Object.freeze(/b/))))
})

test('an object whose prototype is a plain object comes back with one', () => {
  const back = copy(Object.create({ inherited: [1] }, { own: { value: 1 } }) as object)
  assert.deepEqual(Object.getOwnPropertyDescriptor(back, 'own'), {
    value: 1,
    writable: false,
    enumerable: false,
    configurable: false,
  })
  assert.deepEqual(Object.getPrototypeOf(back), { inherited: [1] })
})

test('an invalid date comes back invalid', () => {
  assert.ok(Number.isNaN(copy(new Date(Number.NaN)).getTime()))
})

test('an error comes back with class, message, stack, cause and its own properties, attributes and all', () => {
  const cause = new RangeError('inner')
  const error = Object.assign(new TypeError('outer', { cause }), { code: 'E_CODE', details: [1] })
  const back = copy(error)
  assert.ok(back instanceof TypeError)
  assert.equal(back.stack, error.stack)
  assert.deepEqual(Reflect.ownKeys(back), Reflect.ownKeys(error))
  assert.deepEqual(Object.keys(back), ['code', 'details'])
  assert.ok(back.cause instanceof RangeError)
  assert.equal(back.cause.stack, cause.stack)
})

test('an error without message or stack comes back without', () => {
  const error = new Error() // oxlint-disable-line unicorn/error-message
  delete error.stack
  assert.deepEqual(Reflect.ownKeys(copy(error)), [])
})

test('an aggregate error comes back with its errors', () => {
  const back = copy(new AggregateError([new Error('one'), 2], 'several'))
  assert.ok(back instanceof AggregateError)
  assert.equal((back.errors[0] as Error).message, 'one')
  assert.equal(back.errors[1], 2)
  assert.deepEqual(Object.keys(back), [])
})

test('a DOMException comes back with its name and code', () => {
  const back = copy(new DOMException('gone', 'AbortError'))
  assert.ok(back instanceof DOMException)
  assert.deepEqual([back.name, back.message, back.code], ['AbortError', 'gone', 20])
})

test('symbols come back: well-known and registered ones the same, a unique one as one new symbol', () => {
  const unique = Symbol('mine')
  const [iterator, registered, first, second] = copy([Symbol.iterator, Symbol.for('r'), unique, { [unique]: unique }])
  assert.equal(iterator, Symbol.iterator)
  assert.equal(registered, Symbol.for('r'))
  assert.equal((first as symbol).description, 'mine')
  assert.equal((second as Record<symbol, unknown>)[first as symbol], first)
})

test('a getter is never run', () => {
  const value = {
    get boom(): never {
      throw new Error('ran')
    },
  }
  assert.throws(() => dumps(value), { code: 'ERR_UNPICKLABLE', path: 'boom (getter)' })
})

test('elements of an array keep what they are: accessors, which do not run, attributes, and a length that is fixed', () => {
  const accessor = Object.defineProperty([1, 2, 3], 1, { get: getFlags, configurable: true, enumerable: true })
  const readOnly = Object.defineProperty([1, 2], 1, { writable: false })
  const hidden = Object.defineProperty([{}, {}], 0, { enumerable: false })
  const fixed = Object.defineProperty([1, [2]], 'length', { writable: false })
  const frozen = Object.freeze(Object.defineProperty([1, 2], 0, { get: getFlags }))
  for (const array of [accessor, readOnly, hidden, fixed, frozen, Object.seal([1]), Object.preventExtensions([1])]) {
    const back = copy(array)
    assert.deepEqual(Object.getOwnPropertyDescriptors(back), Object.getOwnPropertyDescriptors(array))
    assert.equal(Object.isFrozen(back), Object.isFrozen(array))
    assert.equal(Object.isExtensible(back), Object.isExtensible(array))
  }
})

test('objects of another realm come back as those of this one', async () => {
  const { runInNewContext } = await import('node:vm')
  const value: unknown = runInNewContext(
    `({ list: [1], map: new Map([[1, { a: 1 }]]), set: new Set([2]), date: new Date(5), error: new TypeError('x'),
       pattern: /a/g, bytes: new Uint8Array([1]), max: Math.max, nothing: Object.create(null) })`,
  )
  const back = copy(value) as Record<string, unknown>
  const { error, ...rest } = back
  assert.ok(error instanceof TypeError)
  assert.deepEqual(rest, {
    list: [1],
    map: new Map([[1, { a: 1 }]]),
    set: new Set([2]),
    date: new Date(5),
    pattern: /a/g,
    bytes: Uint8Array.of(1),
    max: Math.max,
    nothing: Object.create(null),
  })
})

test('views, buffers and URLs keep properties of their own', () => {
  const all = [
    Uint8Array.of(1),
    new Float64Array([2]),
    new ArrayBuffer(1),
    new URL('http://a/'),
    new URLSearchParams('a=1'),
  ]
  const back = copy(all.map(each => Object.assign(each, { extra: 1, [Symbol.for('tag')]: 2 })))
  for (const each of back) assert.deepEqual([each.extra, each[Symbol.for('tag')]], [1, 2])
})

test('views follow a resizable buffer where they did', () => {
  const Resizable = ArrayBuffer as unknown as new (size: number, options: object) => ArrayBuffer
  const grow = (view: ArrayBufferView): void => (view.buffer as unknown as { resize(size: number): void }).resize(8)
  const buffer = new Resizable(4, { maxByteLength: 8 })
  const [following, fixed, part] = copy([new Uint8Array(buffer), new Uint8Array(buffer, 0, 4), new DataView(buffer, 2)])
  grow(following)
  assert.deepEqual([following.length, fixed.length, part.byteLength], [8, 4, 6])
  assert.equal(buffer.byteLength, 4)
})
