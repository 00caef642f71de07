/**
 * Generated values: everything that is data in JavaScript, and the subset that CPython has an equal of.
 */
import * as fc from 'fast-check'

/** Strings of every kind: any code units, so also lone surrogates; keys that mean something to an engine. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map(unit => String.fromCharCode(unit)), maxLength: 8 }),
  fc.constantFrom(
    '',
    '__proto__',
    'constructor',
    'toString',
    'length',
    '0',
    '1',
    '4294967295',
    'a',
    'b',
    '\ud800',
    '\ufeff',
  ),
  fc
    .tuple(fc.constantFrom('x', 'é', '漢', '😀', '\udc00'), fc.integer({ min: 1, max: 400 }))
    .map(([s, n]) => s.repeat(n)),
)

const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(
    -0,
    0,
    255,
    256,
    65_535,
    65_536,
    2 ** 31,
    -(2 ** 31),
    -(2 ** 31) - 1,
    2 ** 53,
    1e22,
    Number.NaN,
    Infinity,
  ),
)

const moment = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
})

/** Hashable in Python, and distinct there where it is here. */
const key = fc.oneof(text, fc.integer({ min: 2 }), fc.constantFrom(null, 0.5, -1.5))

/** What is the same value in both languages: no bigint that is a safe integer, keys and members that Python tells apart. */
export const common: fc.Arbitrary<unknown> = fc.letrec(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(
      text,
      number,
      fc.constantFrom(null, true, false, undefined),
      fc.bigInt({ min: 2n ** 53n, max: 2n ** 300n }).chain(big => fc.constantFrom(big, -big)),
      moment,
      fc.uint8Array({ maxLength: 40 }),
    ),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.dictionary(text, tie('value'), { maxKeys: 6, noNullPrototype: true }),
    fc.uniqueArray(key, { maxLength: 5 }).map(keys => new Set(keys)),
    fc
      .uniqueArray(fc.tuple(key, tie('value')), { selector: ([each]) => each, maxLength: 5 })
      .map(entries => new Map(entries)),
    tie('value').map(each => [each, { again: each }, each]),
    tie('value').map(each => selfContained(each)),
  ),
})).value

function selfContained(inside: unknown): unknown[] {
  const list: unknown[] = [inside]
  list.push(list, { list })
  return list
}

const mapSize = Object.getOwnPropertyDescriptor(Map.prototype, 'size')?.get as () => number
const attributes = fc.record({ writable: fc.boolean(), enumerable: fc.boolean(), configurable: fc.boolean() })
const unique = [Symbol('one'), Symbol('two'), Symbol()]
const symbol = fc.oneof(
  fc.constantFrom(Symbol.iterator, Symbol.hasInstance, ...unique),
  fc.string().map(each => Symbol.for(each)),
)
const intrinsic = fc.constantFrom(Math.max, Array.prototype.map, Map, Buffer, setTimeout)
const boxed = fc.oneof(fc.double(), fc.boolean(), fc.string(), fc.bigInt()).map(each => Object(each) as unknown)
const buffer = fc.uint8Array({ minLength: 16, maxLength: 32 }).map(bytes => bytes.slice(0, 16).buffer)
const leaf = fc.oneof(
  fc.constantFrom(/a+/gi, /[/\]]\//u, new URL('https://host/p?q=1#f'), new URLSearchParams('a=1&a=2')),
  fc.float64Array({ maxLength: 5 }),
  fc.int16Array({ maxLength: 5 }),
  fc.bigInt64Array({ maxLength: 3 }),
  buffer,
  buffer.map(each => [new Uint8Array(each), new Float64Array(each), new DataView(each, 3, 5), each]),
  fc.nat().map(lastIndex => Object.assign(/x/g, { lastIndex })),
)

/** Every kind of data. */
export const anything: fc.Arbitrary<unknown> = fc.letrec(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(common, fc.bigInt(), fc.date({ noInvalidDate: false }), symbol, intrinsic, boxed, leaf),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.sparseArray(tie('value'), { maxLength: 20 }),
    fc.dictionary(text, tie('value'), { maxKeys: 6, noNullPrototype: false }),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 5 }).map(entries => new Map(entries)),
    fc.array(tie('value'), { maxLength: 5 }).map(members => new Set(members)),
    fc
      .tuple(tie('value'), attributes, fc.oneof(text, symbol))
      .map(([value, flags, name]) => Object.defineProperty({ before: 1 }, name, { value, ...flags })),
    fc.tuple(tie('value'), text).map(([value, name]) => Object.assign([value, 1], { [`extra ${name}`]: value })),
    fc.tuple(tie('value'), symbol).map(([value, name]) => ({ [name]: value, after: value })),
    tie('value').map(value =>
      Object.defineProperty({ value }, 'size', { get: mapSize, enumerable: true, configurable: true }),
    ),
    fc
      .tuple(tie('value'), fc.constantFrom(Object.freeze, Object.seal, Object.preventExtensions))
      .map(([value, lock]) => lock({ value, list: lock([value]) })),
    fc
      .tuple(fc.string(), tie('value'), fc.constantFrom(Error, TypeError, RangeError, URIError))
      .map(([message, cause, Type]) => Object.assign(new Type(message, { cause }), { code: 'E' })),
    fc.array(tie('value'), { maxLength: 3 }).map(errors => new AggregateError(errors, 'several')),
    tie('value').map(
      prototype => Object.assign(Object.create(isPlain(prototype) ? prototype : null), { own: 1 }) as object,
    ),
    tie('value').map(each => [each, each]),
    tie('value').map(each => selfContained(each)),
  ),
})).value

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
