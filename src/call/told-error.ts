/**
 * An error that says the same, for one that cannot be pickled because of what it holds or is.
 *
 * Input: the error. Output: one with its message, name, stack and code, its class and all its own data as far as these can be
 * pickled, and in `leftOut` the names of what else it showed. It must never throw, whatever the error's properties do.
 */

/** Why a value cannot be pickled, or '' where that is for the reader to say; undefined where it can. */
type Hindrance = (value: unknown) => string | undefined

/** What every error has. */
const toldAsText = new Set(['name', 'message', 'stack'])

/** `hindrance` is asked about each part. */
export function toldError(error: Error, hindrance: Hindrance, outer: readonly Error[] = []): Error {
  const leftOut: string[] = []
  const inner = [...outer, error]
  const told = new Error(textOf(error, 'message') ?? '')
  takeClass(told, error, hindrance, leftOut)
  for (const key of toldAsText) {
    const text = textOf(error, key)
    if (text !== undefined && text !== textOf(told, key)) define(told, key, text, false)
  }
  for (const key of new Set(['cause', 'code', ...Object.getOwnPropertyNames(error)])) {
    if (toldAsText.has(key)) continue
    const value = read(error, key)
    if (value === undefined || typeof value === 'function') continue
    const why = hindrance(value)
    const isEnumerable = key !== 'cause' && Object.prototype.propertyIsEnumerable.call(error, key)
    if (why === undefined) define(told, key, value, isEnumerable)
    else if (isNews(value, inner)) define(told, key, toldError(value, hindrance, inner), isEnumerable)
    else if (isErrorList(value)) {
      const news = value.filter(each => isNews(each, inner))
      define(
        told,
        key,
        news.map(each => toldError(each, hindrance, inner)),
        isEnumerable,
      )
    } else if (isEnumerable || key === 'cause') leftOut.push(because(key, why))
  }
  if (leftOut.length > 0) define(told, 'leftOut', leftOut, true)
  return told
}

function takeClass(told: Error, error: Error, hindrance: Hindrance, leftOut: string[]): void {
  const prototype = Object.getPrototypeOf(error) as object
  if (prototype === Error.prototype) return
  Object.setPrototypeOf(told, prototype)
  const why = hindrance(told)
  if (why === undefined) return
  Object.setPrototypeOf(told, Error.prototype)
  leftOut.push(because(`its class ${nameOf(read(error, 'constructor'))}`.trimEnd(), why))
}

function nameOf(cls: unknown): string {
  const name: unknown = typeof cls === 'function' ? Object.getOwnPropertyDescriptor(cls, 'name')?.value : undefined
  return typeof name === 'string' ? name : ''
}

function because(what: string, why: string): string {
  return why === '' ? what : `${what} (${why})`
}

/** Says why, of all that `error` and the errors in it lack for no reason that was known where they were told. */
export function explainLeftOut(error: unknown, why: string): void {
  const seen = new Set<unknown>()
  for (const open = [error]; open.length > 0;) {
    const next = open.pop()
    if (!(next instanceof Error) || seen.has(next)) continue
    seen.add(next)
    const { leftOut, errors } = next as { leftOut?: unknown; errors?: unknown }
    if (Array.isArray(leftOut))
      define(
        next,
        'leftOut',
        leftOut.map(each => explained(each, why)),
        true,
      )
    open.push(next.cause, ...(Array.isArray(errors) ? (errors as unknown[]) : []))
  }
}

function explained(entry: unknown, why: string): unknown {
  return typeof entry === 'string' && !entry.endsWith(')') ? because(entry, why) : entry
}

/** An error that is not the one being told, or one that has it for its cause. */
function isNews(value: unknown, told: readonly Error[]): value is Error {
  return value instanceof Error && !told.includes(value)
}

/** As AggregateError has. */
function isErrorList(value: unknown): value is Error[] {
  return Array.isArray(value) && value.every(each => each instanceof Error)
}

function textOf(error: Error, key: string): string | undefined {
  const value = read(error, key)
  return typeof value === 'string' ? value : undefined
}

function read(error: Error, key: string): unknown {
  try {
    return Reflect.get(error, key) as unknown
  } catch {
    return undefined
  }
}

function define(error: Error, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable })
}
