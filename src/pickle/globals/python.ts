/**
 * Globals of CPython's standard library that stand for data, as they occur in pickles of built-in types.
 *
 * Each is a function of this file: found by name it is that function, called by REDUCE it makes the JavaScript value.
 */
import { longValue } from '../integers.ts'
import { expect, type Reconstruct } from './reconstructor.ts'

/** What `datetime.timedelta` becomes. */
export class TimeDelta {
  readonly days: number
  readonly seconds: number
  readonly microseconds: number

  constructor(days: number, seconds: number, microseconds: number) {
    this.days = days
    this.seconds = seconds
    this.microseconds = microseconds
  }

  get milliseconds(): number {
    return (this.days * 86_400 + this.seconds) * 1000 + this.microseconds / 1000
  }
}

/** What `datetime.timezone` becomes. */
export class TimeZone {
  readonly offset: TimeDelta

  constructor(offset: TimeDelta) {
    this.offset = offset
  }
}

function entries(value: unknown): [unknown, unknown][] {
  if (value === undefined) return []
  if (value instanceof Map) return [...value]
  expect(typeof value === 'object' && value !== null, 'a dict or a list of pairs')
  if (!Array.isArray(value)) return Object.entries(value)
  return value.map((pair: unknown) => {
    expect(Array.isArray(pair) && pair.length === 2, 'pairs')
    return [pair[0], pair[1]]
  })
}

function list(value: unknown): unknown[] {
  if (value === undefined) return []
  if (value instanceof Set || value instanceof Map) return [...(value instanceof Map ? value.keys() : value)]
  expect(Array.isArray(value), 'a list')
  return [...(value as unknown[])]
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

function bytes([value]: readonly unknown[]): Uint8Array {
  if (value === undefined) return new Uint8Array(0)
  if (typeof value === 'string') return latin1(value)
  if (Array.isArray(value)) {
    expect(
      value.every(each => Number.isInteger(each) && each >= 0 && each < 256),
      'bytes',
    )
    return Uint8Array.from(value)
  }
  expect(value instanceof Uint8Array, 'bytes')
  return value.slice()
}

function integers(state: Uint8Array, from: number): (size: number) => number {
  let at = from
  return size => {
    const value = longValue(new Uint8Array([...state.subarray(at, at + size)].reverse().concat(0)))
    at += size
    return Number(value)
  }
}

/** Ten bytes and a timezone. Without a timezone the time is taken as UTC; microseconds are cut to milliseconds. */
function datetime([state, zone]: readonly unknown[]): Date {
  const raw = typeof state === 'string' ? latin1(state) : state
  expect(raw instanceof Uint8Array && raw.length === 10, 'ten bytes')
  expect(zone === undefined || zone instanceof TimeZone, 'a timezone with a fixed offset')
  const next = integers(raw, 0)
  const [year, month, day, hour, minute, second, micro] = [
    next(2),
    next(1),
    next(1),
    next(1),
    next(1),
    next(1),
    next(3),
  ]
  // The month's top bit is Python's `fold`.
  const date = utcDate(year as number, ((month as number) & 0x7f) - 1, day as number)
  date.setUTCHours(hour as number, minute as number, second as number, Math.floor((micro as number) / 1000))
  if (zone !== undefined) date.setTime(date.getTime() - zone.offset.milliseconds)
  return date
}

function date([state]: readonly unknown[]): Date {
  const raw = typeof state === 'string' ? latin1(state) : state
  expect(raw instanceof Uint8Array && raw.length === 4, 'four bytes')
  const next = integers(raw, 0)
  return utcDate(next(2), next(1) - 1, next(1))
}

/** `Date.UTC` takes the years 0 to 99 for 1900 to 1999. */
function utcDate(year: number, month: number, day: number): Date {
  const date = new Date(0)
  date.setUTCFullYear(year, month, day)
  return date
}

function timedelta(args: readonly unknown[]): TimeDelta {
  const [days, seconds, microseconds] = [args[0] ?? 0, args[1] ?? 0, args[2] ?? 0]
  expect(typeof days === 'number' && typeof seconds === 'number' && typeof microseconds === 'number', 'three numbers')
  return new TimeDelta(days, seconds, microseconds)
}

function timezone([offset]: readonly unknown[]): TimeZone {
  expect(offset instanceof TimeDelta, 'a timedelta')
  return new TimeZone(offset)
}

/** How Python 3 writes bytes in protocols 0 to 2. */
function encode([text, encoding]: readonly unknown[]): Uint8Array {
  expect(typeof text === 'string' && (encoding === 'latin1' || encoding === 'latin-1'), 'a string and latin1')
  return latin1(text)
}

const builtins: Readonly<Record<string, Reconstruct>> = {
  object: () => ({}),
  set: ([members]) => new Set(list(members)),
  frozenset: ([members]) => new Set(list(members)),
  list: ([items]) => list(items),
  tuple: ([items]) => list(items),
  dict: ([items]) => new Map(entries(items)),
  bytes,
  bytearray: bytes,
}

/** How protocols 0 to 2 make an instance: (class, base, base state). */
const newInstance: Reconstruct = ([cls], reading) => reading.instantiate(cls)
const copyreg: Readonly<Record<string, Reconstruct>> = { _reconstructor: newInstance, __newobj__: newInstance }

const modules: Readonly<Record<string, Readonly<Record<string, Reconstruct>>>> = {
  builtins,
  copyreg,
  // Python 2's names for them, which protocols up to 2 use.
  __builtin__: builtins,
  copy_reg: copyreg,
  collections: {
    OrderedDict: ([items]) => new Map(entries(items)),
    defaultdict: ([, items]) => new Map(entries(items)),
    Counter: ([items]) => new Map(entries(items)),
    deque: ([items]) => list(items),
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
