/**
 * Checks of the options that executors take, beside those of ../option-checks.ts.
 */
import { checkChoice, checkNames, shown } from '../option-checks.ts'

export { checkChoice, checkNames }

/** @throws TypeError unless `value` is a function */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw new TypeError(`${name} has to be a function, and is ${shown(value)}.`)
}

/** @throws TypeError unless `value` is a text, or undefined */
export function checkText(name: string, value: unknown): void {
  if (value === undefined || (typeof value === 'string' && value !== '' && !value.includes('\0'))) return
  throw new TypeError(`${name} has to be a text that is not empty, and is ${shown(value)}.`)
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

/** @throws TypeError unless `value` gives a text, or undefined, to each of its names, and these can be names of variables */
export function checkEnvironment(value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`env has to be an object, and is ${Array.isArray(value) ? 'an array' : shown(value)}.`)
  }
  for (const [name, text] of Object.entries(value)) {
    if (!/^[^=\0]+$/.test(name)) throw new TypeError(`env has ${shown(name)}, which cannot be the name of a variable.`)
    if (text === undefined || (typeof text === 'string' && !text.includes('\0'))) continue
    throw new TypeError(`env.${name} has to be a text, and is ${shown(text)}.`)
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
