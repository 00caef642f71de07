/**
 * Globals of module `js` that make values: constructors, by their own names, and two functions of this package.
 *
 * Every other name of the module is an intrinsic, found but not made.
 */
import { intrinsicName } from '../intrinsics.ts'
import { viewTypes } from '../rules/binary.ts'
import { arrayBuffer, nodeBuffer, view } from './binary.ts'
import { intlReconstructors } from './intl.ts'
import { chainLength, constructorOf, expect, isCount, type Reading, type Reconstruct } from './reconstructor.ts'
import { restore } from './restore.ts'

const errorTypes = `
  Error TypeError RangeError SyntaxError ReferenceError EvalError URIError AggregateError SuppressedError`
  .trim()
  .split(/\s+/)
/**
 * An error without message or stack: both come as state. Where it was made is not recorded, or V8 would show that line when
 * nobody catches the error.
 */
function blankError(type: string): Reconstruct {
  return () => {
    const Constructor = constructorOf(type)
    const limit: unknown = Reflect.get(Error, 'stackTraceLimit')
    Reflect.set(Error, 'stackTraceLimit', 0)
    const error = type === 'AggregateError' ? new Constructor([]) : new Constructor()
    Reflect.set(Error, 'stackTraceLimit', limit)
    for (const key of Reflect.ownKeys(error)) Reflect.deleteProperty(error, key)
    return error
  }
}

function domException([message, name]: readonly unknown[]): object {
  const error = new (constructorOf('DOMException'))(text(message), text(name))
  Reflect.deleteProperty(error, 'stack')
  return error
}

/** A sparse array. Its length is reached without room being made for it. */
function sparseArray([length]: readonly unknown[]): unknown[] {
  expect(isCount(length) && length < 2 ** 32, 'an array length')
  const array: unknown[] = []
  if (length === 0) return array
  array[length - 1] = undefined
  Reflect.deleteProperty(array, length - 1)
  return array
}

function boxed([primitive]: readonly unknown[]): unknown {
  expect(
    primitive !== undefined && primitive !== null && typeof primitive !== 'object' && typeof primitive !== 'function',
    'a primitive',
  )
  return Object(primitive)
}

function create([prototype]: readonly unknown[], reading: Reading): unknown {
  expect(typeof prototype === 'object' || typeof prototype === 'function', 'an object or None')
  reading.charge(chainLength(prototype))
  return Object.create(prototype as object | null)
}

/** The prototype of a class. It is the class's, not the pickle's. */
function prototypeOf([cls]: readonly unknown[], reading: Reading): unknown {
  expect(typeof cls === 'function', 'a class')
  const prototype: unknown = Object.getOwnPropertyDescriptor(cls, 'prototype')?.value
  expect(typeof prototype === 'object' && prototype !== null, 'a class with a prototype')
  reading.borrow(prototype)
  return prototype
}

function registeredSymbol([key]: readonly unknown[]): symbol {
  expect(typeof key === 'string', 'a key')
  return Symbol.for(key)
}

function uniqueSymbol([description]: readonly unknown[]): symbol {
  expect(description === undefined || typeof description === 'string', 'a description')
  return Symbol(description)
}

function constructed(type: string): Reconstruct {
  return (args, reading) => {
    const texts = args.map(text)
    for (const each of texts) reading.charge(each.length >> 3)
    return new (constructorOf(type))(...texts)
  }
}

function text(value: unknown): string {
  expect(typeof value === 'string', 'a string')
  return value
}

function date([ms]: readonly unknown[]): Date {
  expect(typeof ms === 'number', 'milliseconds')
  return new Date(ms)
}

/** Keyed by name in module `js`. */
export const jsReconstructors: ReadonlyMap<string, Reconstruct> = new Map<string, Reconstruct>([
  ...errorTypes.map((type): [string, Reconstruct] => [type, blankError(type)]),
  ...viewTypes.map((type): [string, Reconstruct] => [type, view(type)]),
  ['DOMException', domException],
  ...intlReconstructors,
  ['ArrayBuffer', arrayBuffer],
  ['Buffer', nodeBuffer],
  ['RegExp', constructed('RegExp')],
  ['URL', constructed('URL')],
  ['URLSearchParams', constructed('URLSearchParams')],
  ['Date', date],
  ['Symbol', uniqueSymbol],
  ['Symbol.for', registeredSymbol],
  ['Object', boxed],
  ['Object.create', create],
  ['Array', sparseArray],
  ['prototypeOf', prototypeOf],
  ['restore', restore],
])

/** Names that are no intrinsics: the functions of this package. */
export const ownNames: ReadonlySet<string> = new Set(['prototypeOf', 'restore'])

/** What REDUCE does with an intrinsic of any realm, if it is one that makes values. */
export function jsReconstructor(callee: object): Reconstruct | undefined {
  const name = intrinsicName(callee)
  return name === undefined ? undefined : jsReconstructors.get(name)
}
