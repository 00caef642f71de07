/**
 * Python's own values as Python reduces them: `datetime` as CPython's `Lib/datetime.py`, `_getstate` and `__reduce__`.
 */
import type { Plan } from '../plan.ts'
import { DateTime, PlainDate, TimeDelta, TimeZone } from '../python-values.ts'
import { Bytes, Global, type Term } from '../values.ts'

/** The reduction of a term that is a value of Python's; undefined for any other. */
export function pythonPlan(term: Term): Plan | undefined {
  if (term instanceof TimeDelta) return made('timedelta', term.days, term.seconds, term.microseconds)
  if (term instanceof TimeZone) return made('timezone', term.offset, ...(term.name === undefined ? [] : [term.name]))
  if (term instanceof PlainDate) return made('date', new Bytes(Uint8Array.from(dateBytes(term))))
  if (term instanceof DateTime) {
    const state = new Bytes(datetimeBytes(term))
    return made('datetime', state, ...(term.zone === undefined ? [] : [term.zone]))
  }
  return undefined
}

function made(name: string, ...args: unknown[]): Plan {
  return { create: { callee: new Global('datetime', name), args } }
}

function dateBytes({ year, month, day }: PlainDate): number[] {
  return [year >> 8, year & 0xff, month, day]
}

/** `fold` is the top bit of the month. */
function datetimeBytes({ date, hour, minute, second, microsecond, fold }: DateTime): Uint8Array {
  const bytes = Uint8Array.from([
    ...dateBytes(date),
    hour,
    minute,
    second,
    microsecond >> 16,
    (microsecond >> 8) & 0xff,
    microsecond & 0xff,
  ])
  bytes[2] = date.month | (fold << 7)
  return bytes
}
