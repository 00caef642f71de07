/**
 * Globals of CPython's standard library that stand for data, as they occur in pickles of built-in types.
 *
 * Each is a function of this file: found by name it is that function, called by REDUCE it makes the JavaScript value.
 */
import { DateTime, Frozenset, PlainDate, TimeDelta, TimeZone } from '../python-values.ts'
import { Bytes, Tuple } from '../values.ts'
import { expect, sequence, type Reading, type Reconstruct } from './reconstructor.ts'

/** [key, value] of a dict or of a list of pairs. What is copied is charged for. */
function entries(value: unknown, reading: Reading): [unknown, unknown][] {
  if (value === undefined) return []
  if (value instanceof Map) return copied([...value], reading)
  expect(typeof value === 'object' && value !== null, 'a dict or a list of pairs')
  const pairs = sequence(value)
  if (pairs === undefined) return copied(Object.entries(value), reading)
  reading.charge(pairs.length)
  return pairs.map(each => {
    const pair = sequence(each)
    expect(pair !== undefined && pair.length === 2, 'pairs')
    return [pair[0], pair[1]]
  })
}

function list(value: unknown, reading: Reading): unknown[] {
  if (value === undefined) return []
  if (value instanceof Map) return copied([...value.keys()], reading)
  const members = value instanceof Frozenset ? value.members : value instanceof Set ? value : sequence(value)
  expect(members !== undefined, 'a list')
  return copied([...members], reading)
}

function copied<T>(members: T[], reading: Reading): T[] {
  reading.charge(members.length)
  return members
}

function latin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    expect(code < 256, 'a Latin-1 string')
    bytes[i] = code
  }
  return bytes
}

function bytearray([value]: readonly unknown[], reading: Reading): Uint8Array {
  if (value === undefined) return new Uint8Array(0)
  const source = value instanceof Bytes ? value.bytes : value
  if (typeof source === 'string' || source instanceof Uint8Array) {
    reading.charge(source.length >> 3)
    return typeof source === 'string' ? latin1(source) : source.slice()
  }
  const items = sequence(source)
  expect(items !== undefined && items.every(isByte), 'bytes')
  reading.charge(items.length)
  return Uint8Array.from(items)
}

function isByte(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 256
}

function bytes(args: readonly unknown[], reading: Reading): Uint8Array | Bytes {
  const value = bytearray(args, reading)
  return reading.python ? new Bytes(value) : value
}

function date([state]: readonly unknown[], reading: Reading): Date | PlainDate {
  const raw = rawBytes(state, 4, 'four bytes')
  const plain = plainDate(raw)
  return reading.python ? plain : plain.toDate()
}

/** Ten bytes and a timezone. The month's top bit is Python's `fold`. */
function datetime([state, zone]: readonly unknown[], reading: Reading): Date | DateTime {
  const raw = rawBytes(state, 10, 'ten bytes')
  expect(zone === undefined || zone instanceof TimeZone, 'a timezone with a fixed offset')
  const [, , month, , hour, minute, second, high, middle, low] = raw as unknown as number[] & { 9: number }
  const micro = ((high as number) << 16) | ((middle as number) << 8) | (low as number)
  const time = [hour as number, minute as number, second as number, micro] as const
  const value = new DateTime(plainDate(raw), time, zone, (month as number) >= 0x80 ? 1 : 0)
  return reading.python ? value : value.toDate()
}

function rawBytes(state: unknown, size: number, what: string): Uint8Array {
  const raw = typeof state === 'string' ? latin1(state) : state instanceof Bytes ? state.bytes : state
  expect(raw instanceof Uint8Array && raw.length === size, what)
  return raw
}

function plainDate(raw: Uint8Array): PlainDate {
  const [high = 0, low = 0, month = 0, day = 0] = raw
  return new PlainDate((high << 8) | low, month & 0x7f, day)
}

function timedelta(args: readonly unknown[]): TimeDelta {
  const [days, seconds, microseconds] = [args[0] ?? 0, args[1] ?? 0, args[2] ?? 0]
  expect(typeof days === 'number' && typeof seconds === 'number' && typeof microseconds === 'number', 'three numbers')
  return new TimeDelta(days, seconds, microseconds)
}

function timezone([offset, name]: readonly unknown[]): TimeZone {
  expect(offset instanceof TimeDelta, 'a timedelta')
  expect(name === undefined || typeof name === 'string', 'a name')
  return new TimeZone(offset, name)
}

/** How Python 3 writes bytes in protocols 0 to 2. */
function encode([text, encoding]: readonly unknown[], reading: Reading): Uint8Array | Bytes {
  expect(typeof text === 'string' && (encoding === 'latin1' || encoding === 'latin-1'), 'a string and latin1')
  return bytes([text], reading)
}

function frozenset([members]: readonly unknown[], reading: Reading): Set<unknown> | Frozenset {
  const value = new Set(list(members, reading))
  return reading.python ? new Frozenset(value) : value
}

function tuple([items]: readonly unknown[], reading: Reading): unknown[] | Tuple {
  const value = list(items, reading)
  return reading.python ? new Tuple(value) : value
}

/** Of a scalar type, which mostly stands for itself: `defaultdict(int)`. What it is given has to be of that type. */
function scalar(type: string, none: unknown): Reconstruct {
  return ([value]) => {
    expect(value === undefined || typeof value === type, `a ${type}`)
    return value ?? none
  }
}

const builtins: Readonly<Record<string, Reconstruct>> = {
  bool: scalar('boolean', false),
  float: scalar('number', 0),
  int: scalar('number', 0),
  str: scalar('string', ''),
  object: () => ({}),
  set: ([members], reading) => new Set(list(members, reading)),
  frozenset,
  list: ([items], reading) => list(items, reading),
  tuple,
  dict: ([items], reading) => new Map(entries(items, reading)),
  bytes,
  bytearray,
}

/** How protocols 0 to 2 make an instance: (class, base, base state). */
const newInstance: Reconstruct = ([cls], reading) => reading.instantiate(cls)
const copyreg: Readonly<Record<string, Reconstruct>> = { _reconstructor: newInstance, __newobj__: newInstance }

const modules: Readonly<Record<string, Readonly<Record<string, Reconstruct>>>> = {
  builtins,
  copyreg,
  // Python 2's names for them, which protocols up to 2 use.
  __builtin__: { ...builtins, long: scalar('number', 0), unicode: scalar('string', '') },
  copy_reg: copyreg,
  collections: {
    OrderedDict: ([items], reading) => new Map(entries(items, reading)),
    defaultdict: ([, items], reading) => new Map(entries(items, reading)),
    Counter: ([items], reading) => new Map(entries(items, reading)),
    deque: ([items], reading) => list(items, reading),
  },
  datetime: { datetime, date, timedelta, timezone },
  _codecs: { encode },
}

/** Keyed by `module name`. */
export const pythonGlobals: ReadonlyMap<string, Reconstruct> = new Map(
  Object.entries(modules).flatMap(([module, names]) =>
    Object.entries(names).map(([name, reconstruct]): [string, Reconstruct] => [`${module} ${name}`, reconstruct]),
  ),
)
