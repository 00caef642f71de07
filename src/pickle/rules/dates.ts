/**
 * Date: an aware `datetime.datetime` in UTC where Python has that year, else `js Date` of the milliseconds.
 *
 * The ten bytes are those of CPython's `datetime.__reduce__`: year (2), month, day, hour, minute, second, microsecond (3).
 */
import type { Plan } from '../plan.ts'
import { Bytes, Global, Reduced } from '../values.ts'

const datetime = new Global('datetime', 'datetime')
const zeroDelta = new Reduced({ callee: new Global('datetime', 'timedelta'), args: [0, 0, 0] })
const utc = new Reduced({ callee: new Global('datetime', 'timezone'), args: [zeroDelta] })

export function datePlan(value: object): Plan {
  const ms = Date.prototype.getTime.call(value)
  const date = new Date(ms)
  const year = date.getUTCFullYear()
  if (!(year >= 1 && year <= 9999)) return { create: { callee: new Global('js', 'Date'), args: [ms] } }
  return { create: { callee: datetime, args: [new Bytes(datetimeBytes(date, year)), utc] } }
}

function datetimeBytes(date: Date, year: number): Uint8Array {
  const microseconds = date.getUTCMilliseconds() * 1000
  return Uint8Array.of(
    year >> 8,
    year & 0xff,
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
    microseconds >> 16,
    (microseconds >> 8) & 0xff,
    microseconds & 0xff,
  )
}
