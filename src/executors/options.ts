/**
 * Checks of what callers hand over as options: a name or a value that means nothing is refused at once, with those that do.
 *
 * A slip that went unnoticed would cost hours: the default it leaves in place works, only differently.
 */

/** @throws TypeError unless `options` is an object that has no other names than `known` */
export function checkNames(of: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`The options of ${of} have to be an object, and are ${shown(options)}.`)
  }
  const unknown = Object.keys(options).filter(name => !known.includes(name))
  if (unknown.length === 0) return
  throw new TypeError(`${of} has no option ${unknown.join(', ')}. It has ${known.join(', ')}.`)
}

/** @throws RangeError unless `value` is among `choices` */
export function checkChoice(name: string, value: unknown, choices: readonly unknown[]): void {
  if (choices.includes(value)) return
  throw new RangeError(`${name} has to be ${choices.map(shown).join(' or ')}, and is ${shown(value)}.`)
}

/** @throws TypeError unless `value` is a function */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw new TypeError(`${name} has to be a function, and is ${shown(value)}.`)
}

/** @throws RangeError unless `value` is a positive integer */
export function checkCount(name: string, value: unknown): void {
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return
  throw new RangeError(`${name} has to be a positive integer, and is ${shown(value)}.`)
}

/** @throws TypeError or RangeError unless `value` gives an amount to each of its names */
export function checkAmounts(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`${name} has to be an object, and is ${shown(value)}.`)
  }
  for (const [key, amount] of Object.entries(value)) {
    if (typeof amount === 'number' && amount >= 0 && amount < Infinity) continue
    throw new RangeError(`${name}.${key} has to be a number that is not negative, and is ${shown(amount)}.`)
  }
}

/** @throws RangeError unless `value` is one of the ways to say when code is looked at again */
export function checkFreshness(value: unknown): void {
  if (typeof value !== 'object' || value === null) return checkChoice('fresh', value, ['call', 'once'])
  checkNames('fresh', value, ['maxAgeMs'])
  checkTimeout('fresh.maxAgeMs', Reflect.get(value, 'maxAgeMs'))
}

/** What timers can wait for; with more they do not wait at all. */
const maximumTimeoutMs = 2 ** 31 - 1

/** @throws RangeError unless `value` is a time that can be waited for */
export function checkTimeout(name: string, value: unknown): void {
  if (typeof value === 'number' && value >= 0 && value <= maximumTimeoutMs) return
  throw new RangeError(`${name} has to be a number from 0 to ${maximumTimeoutMs}, and is ${shown(value)}.`)
}

/** @throws TypeError unless `value` can be iterated */
export function checkIterable(name: string, value: unknown): void {
  const isIterable = value !== null && value !== undefined && hasIterator(Object(value) as object)
  if (!isIterable) throw new TypeError(`${name} have to be iterable, and are ${shown(value)}.`)
}

function hasIterator(value: object): boolean {
  return [Symbol.asyncIterator, Symbol.iterator].some(name => typeof Reflect.get(value, name) === 'function')
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'function') return 'a function'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
