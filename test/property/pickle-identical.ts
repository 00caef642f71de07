/**
 * Whether two values are the same in everything that a program can see: kind, inner state, properties with their attributes and
 * order, prototypes of ordinary objects, and which parts of a value are one object.
 *
 * `assert.deepEqual` sees neither attributes nor sharing.
 */

type Pair = readonly [a: unknown, b: unknown, path: string]

/** Where the two differ first, or undefined. Both are walked together, without recursion. CPython's sets have no order. */
export function differenceOf(a: unknown, b: unknown, hasSetOrder = true): string | undefined {
  const there = new Map<unknown, unknown>()
  const back = new Map<unknown, unknown>()
  const open: Pair[] = [[a, b, 'value']]
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const [left, right, path] = pair
    if (!isIdentified(left) || !isIdentified(right)) {
      if (Object.is(left, right)) continue
      return `${path}: ${String(left)} and ${String(right)}`
    }
    if (there.has(left) || back.has(right)) {
      if (there.get(left) !== right || back.get(right) !== left) return `${path}: not the same sharing`
      continue
    }
    there.set(left, right)
    back.set(right, left)
    if (left === right) continue
    if (typeof left === 'symbol' || typeof right === 'symbol') {
      if (!isSameSymbol(left, right)) return `${path}: other symbols`
      continue
    }
    const difference = compare(left, right, path, open, hasSetOrder)
    if (difference !== undefined) return difference
  }
  return undefined
}

function isIdentified(value: unknown): value is object | symbol {
  return (typeof value === 'object' && value !== null) || typeof value === 'function' || typeof value === 'symbol'
}

/** Unique symbols are told apart by sharing alone. */
function isSameSymbol(a: object | symbol, b: object | symbol): boolean {
  return typeof a === 'symbol' && typeof b === 'symbol' && a.description === b.description && isUnique(a) && isUnique(b)
}

function isUnique(symbol: symbol): boolean {
  return Symbol.keyFor(symbol) === undefined
}

function compare(a: object, b: object, path: string, open: Pair[], hasSetOrder: boolean): string | undefined {
  if (Object.prototype.toString.call(a) !== Object.prototype.toString.call(b)) return `${path}: other kinds`
  if (innerState(a) !== innerState(b)) return `${path}: ${innerState(a)} and ${innerState(b)}`
  if (integrityOf(a) !== integrityOf(b)) return `${path}: ${integrityOf(a)} and ${integrityOf(b)}`
  open.push([Object.getPrototypeOf(a), Object.getPrototypeOf(b), `${path}.[[Prototype]]`])
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) {
    open.push([a.buffer, b.buffer, `${path}.buffer`])
    return undefined
  }
  const keys = Reflect.ownKeys(a)
  const others = Reflect.ownKeys(b)
  if (keys.length !== others.length) return `${path}: other keys`
  for (const [index, key] of keys.entries()) {
    const left = propertyOf(a, key)
    const right = propertyOf(b, others[index] as PropertyKey)
    open.push([key, others[index], `${path} key ${index}`])
    if (
      left.writable !== right.writable ||
      left.enumerable !== right.enumerable ||
      left.configurable !== right.configurable
    )
      return `${path}.${String(key)}: other attributes`
    for (const part of ['value', 'get', 'set'] as const) open.push([left[part], right[part], `${path}.${String(key)}`])
  }
  const members = membersOf(a, hasSetOrder)
  const otherMembers = membersOf(b, hasSetOrder)
  if (members.length !== otherMembers.length) return `${path}: ${members.length} and ${otherMembers.length} members`
  for (const [index, member] of members.entries()) open.push([member, otherMembers[index], `${path} member ${index}`])
  return undefined
}

/** An error's stack is an accessor in some versions of V8 and data in others, and means the same. */
function propertyOf(object: object, key: PropertyKey): PropertyDescriptor {
  const property = Object.getOwnPropertyDescriptor(object, key) as PropertyDescriptor
  if (!(object instanceof Error) || key !== 'stack' || property.get === undefined) return property
  return { value: object.stack, writable: true, enumerable: property.enumerable!, configurable: property.configurable! }
}

/** State that no property shows, as text. */
function innerState(object: object): string {
  if (object instanceof Date) return `Date ${object.getTime()}`
  if (object instanceof RegExp) return String(object)
  if (object instanceof URL || object instanceof URLSearchParams) return String(object)
  if (object instanceof ArrayBuffer) return `ArrayBuffer ${Buffer.from(object).toString('hex')}`
  if (ArrayBuffer.isView(object)) return `view ${object.byteOffset} ${object.byteLength}`
  if (/^\[object (Number|String|Boolean|BigInt|Symbol)\]$/.test(Object.prototype.toString.call(object))) {
    const primitive: unknown = object.valueOf()
    return `boxed ${typeof primitive} ${Object.is(primitive, -0) ? '-0' : String(primitive)}`
  }
  return Array.isArray(object) ? `array of ${object.length}` : ''
}

function integrityOf(object: object): string {
  if (Object.isFrozen(object)) return 'frozen'
  if (Object.isSealed(object)) return 'sealed'
  return Object.isExtensible(object) ? 'extensible' : 'closed'
}

function membersOf(object: object, hasSetOrder: boolean): unknown[] {
  if (object instanceof Map) return [...object].flat(1)
  if (!(object instanceof Set)) return []
  return hasSetOrder ? [...object] : [...object].sort((a, b) => (`${typeof a} ${a}` < `${typeof b} ${b}` ? -1 : 1))
}
