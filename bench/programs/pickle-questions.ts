/**
 * What any encoder written in JavaScript has to ask before it writes a byte, if getters must not run, nothing may be lost, and what
 * is shared stays shared: the keys, the symbols and the attributes of each object, and whether it or a string was there before.
 */
import { deserialize, serialize } from 'node:v8'
import { timeWarm } from '../harness/timing.ts'
import { values } from './pickle-values.ts'

const figures: Record<string, number> = {}
for (const name of ['records', 'graph'] as const) {
  const value = deserialize(serialize(values[name]())) as unknown
  figures[`questions ${name}`] = timeWarm(() => ask(value))
}
console.log(JSON.stringify(figures))

/** How many different objects and strings there are. */
function ask(root: unknown): number {
  const memo = new Map<unknown, number>()
  const open: unknown[] = [root]
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if ((typeof value !== 'object' && typeof value !== 'string') || value === null || memo.has(value)) continue
    memo.set(value, memo.size)
    if (typeof value === 'object') open.push(...read(value))
  }
  return memo.size
}

function read(object: object): unknown[] {
  if (!Object.isExtensible(object)) throw new Error('not an ordinary object')
  const isArray = Array.isArray(object)
  // Of an array only all keys show what it has beside its elements.
  const keys = isArray ? Reflect.ownKeys(object).slice(0, -1) : Object.getOwnPropertyNames(object)
  if (!isArray && Object.getOwnPropertySymbols(object).length > 0) throw new Error('not an ordinary object')
  const held: unknown[] = []
  for (let i = 0; i < keys.length; i++) {
    const property = Object.getOwnPropertyDescriptor(object, isArray ? i : keys[i]!)!
    if (!property.writable! || !property.enumerable! || !property.configurable!) throw new Error('not ordinary')
    held.push(property.value)
  }
  return held
}
