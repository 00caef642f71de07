/**
 * Python's values that have no equal in JavaScript, beside Tuple and Bytes: what `loads(…, { python: true })` returns for them.
 *
 * They are terms, so that pickling one gives Python the same value again.
 */
import { Term } from './values.ts'

/** `frozenset` */
export class Frozenset extends Term {
  override readonly term = 'frozenset'
  readonly members: ReadonlySet<unknown>

  constructor(members: ReadonlySet<unknown>) {
    super()
    this.members = members
  }
}

/** `datetime.timedelta`; also without `{ python: true }`. */
export class TimeDelta extends Term {
  override readonly term = 'timedelta'
  readonly days: number
  readonly seconds: number
  readonly microseconds: number

  constructor(days: number, seconds: number, microseconds: number) {
    super()
    this.days = days
    this.seconds = seconds
    this.microseconds = microseconds
  }

  get milliseconds(): number {
    return (this.days * 86_400 + this.seconds) * 1000 + this.microseconds / 1000
  }
}

/** `datetime.timezone`; also without `{ python: true }`. */
export class TimeZone extends Term {
  override readonly term = 'timezone'
  readonly offset: TimeDelta
  readonly name: string | undefined

  constructor(offset: TimeDelta, name?: string) {
    super()
    this.offset = offset
    this.name = name
  }
}

/** `datetime.date` */
export class PlainDate extends Term {
  override readonly term = 'date'
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number

  constructor(year: number, month: number, day: number) {
    super()
    this.year = year
    this.month = month
    this.day = day
  }

  /** Midnight UTC of that day. */
  toDate(): Date {
    // `Date.UTC` takes the years 0 to 99 for 1900 to 1999.
    const date = new Date(0)
    date.setUTCFullYear(this.year, this.month - 1, this.day)
    return date
  }
}

/** `datetime.datetime`, with microseconds, `fold` and its timezone. */
export class DateTime extends Term {
  override readonly term = 'datetime'
  readonly date: PlainDate
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly microsecond: number
  /** 1 for the second of two equal local times, where clocks are set back. */
  readonly fold: 0 | 1
  /** Undefined where Python has no timezone: a naive datetime. */
  readonly zone: TimeZone | undefined

  /** `time` is hour, minute, second, microsecond. */
  constructor(date: PlainDate, time: readonly [number, number, number, number], zone?: TimeZone, fold: 0 | 1 = 0) {
    super()
    this.date = date
    ;[this.hour, this.minute, this.second, this.microsecond] = time
    this.fold = fold
    this.zone = zone
  }

  /** The moment; a naive one is taken as UTC, and microseconds are cut to milliseconds. */
  toDate(): Date {
    const date = this.date.toDate()
    date.setUTCHours(this.hour, this.minute, this.second, Math.floor(this.microsecond / 1000))
    if (this.zone !== undefined) date.setTime(date.getTime() - this.zone.offset.milliseconds)
    return date
  }
}
