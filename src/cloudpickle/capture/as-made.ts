/**
 * Whether a live value is just what an expression makes, wherever and whenever it is evaluated: literals, objects and arrays of
 * them, functions, `Object.freeze` of these.
 *
 * Input: a value and the syntax tree of the expression. Anything that only running it could tell is not. No accessor is run.
 */
import { isProxy } from 'node:util/types'
import type { AnyNode } from '../source/parse.ts'
import { literalKey } from './class-shape.ts'

/** The syntax tree of a function; undefined for one without a text. */
export type CodeOf = (fn: Function) => AnyNode | undefined

export function isAsMade(value: unknown, init: AnyNode, codeOf: CodeOf, isFrozen = false): boolean {
  switch (init.type) {
    case 'Literal':
      return !('regex' in init) && Object.is(value, init.value)
    case 'TemplateLiteral':
      return init.expressions.length === 0 && value === init.quasis[0]?.value.cooked
    case 'UnaryExpression':
      return init.operator === '-' && typeof value === 'number' && isAsMade(-value, init.argument, codeOf)
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return typeof value === 'function' && codeOf(value) === init && isUntouched(value)
    case 'CallExpression':
      return isFreeze(init) && Object.isFrozen(value) && isAsMade(value, init.arguments[0] as AnyNode, codeOf, true)
    case 'ArrayExpression':
      return isArrayOf(value, init.elements, codeOf, isFrozen)
    case 'ObjectExpression':
      return isObjectOf(value, init.properties, codeOf, isFrozen)
    default:
      return false
  }
}

/** The parts of an object literal that are literals of objects and arrays, by key. */
export function innerLiterals(init: AnyNode): [string, AnyNode][] {
  const literal = init.type === 'CallExpression' && isFreeze(init) ? (init.arguments[0] as AnyNode) : init
  if (literal.type !== 'ObjectExpression') return []
  return literal.properties.flatMap((property): [string, AnyNode][] => {
    if (property.type !== 'Property' || property.computed || property.kind !== 'init') return []
    return /^(Object|Array)Expression$/.test(property.value.type) ? [[literalKey(property.key), property.value]] : []
  })
}

function isArrayOf(value: unknown, elements: readonly (AnyNode | null)[], codeOf: CodeOf, isFrozen: boolean): boolean {
  if (!Array.isArray(value) || isProxy(value) || Object.getPrototypeOf(value) !== Array.prototype) return false
  if (Reflect.ownKeys(value).length !== elements.length + 1 || value.length !== elements.length) return false
  return elements.every((element, index) => {
    const item = Object.getOwnPropertyDescriptor(value, index)
    return element !== null && isUsual(item, isFrozen) && isAsMade(item?.value, element, codeOf)
  })
}

function isObjectOf(value: unknown, properties: readonly AnyNode[], codeOf: CodeOf, isFrozen: boolean): boolean {
  if (typeof value !== 'object' || value === null || isProxy(value)) return false
  if (Object.getPrototypeOf(value) !== Object.prototype || (!isFrozen && !Object.isExtensible(value))) return false
  const made: Record<string, AnyNode> = {}
  for (const property of properties) {
    if (property.type !== 'Property' || property.computed || property.kind !== 'init') return false
    const key = literalKey(property.key)
    if (key === '__proto__') return false
    made[key] = property.value
  }
  // In the same order, too, which `made` has as the object has it.
  const keys = Reflect.ownKeys(value)
  const entries = Object.entries(made)
  if (keys.length !== entries.length) return false
  return entries.every(([key, init], index) => {
    const member = keys[index] === key ? Object.getOwnPropertyDescriptor(value, key) : undefined
    return isUsual(member, isFrozen) && isAsMade(member?.value, init, codeOf)
  })
}

function isUsual(property: PropertyDescriptor | undefined, isFrozen: boolean): boolean {
  if (!property || !('value' in property) || !property.enumerable) return false
  return isFrozen || (property.writable === true && property.configurable === true)
}

function isUntouched(fn: Function): boolean {
  const members: unknown = Object.getOwnPropertyDescriptor(fn, 'prototype')?.value
  const isPlain = members === undefined || Reflect.ownKeys(Object(members)).length <= 1
  return isPlain && Reflect.ownKeys(fn).every(key => /^(length|name|prototype|arguments|caller)$/.test(String(key)))
}

function isFreeze(call: AnyNode): boolean {
  if (call.type !== 'CallExpression' || call.arguments.length !== 1) return false
  const { callee } = call
  if (callee.type !== 'MemberExpression' || callee.computed || callee.object.type !== 'Identifier') return false
  return callee.object.name === 'Object' && callee.property.type === 'Identifier' && callee.property.name === 'freeze'
}
