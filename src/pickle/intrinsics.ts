/**
 * Names of what the language and the platform bring along: `Array.prototype.map`, `Math.max`, `get RegExp.prototype.flags`,
 * `Symbol.iterator`, `setTimeout`. The table is built once, when first needed, and used in both directions.
 *
 * It walks from fixed lists of globals through own property descriptors. It never runs a getter that it meets, never
 * evaluates a name and never walks into objects that a program has put there.
 */

/** Walked deeply: everything below them that is native gets a name. */
const languageRoots = `
  Object Function Array Number Boolean String Symbol BigInt Date Promise RegExp Error AggregateError EvalError
  RangeError ReferenceError SyntaxError TypeError URIError SuppressedError Map Set WeakMap WeakSet WeakRef
  FinalizationRegistry Proxy Reflect ArrayBuffer SharedArrayBuffer Atomics DataView Int8Array Uint8Array
  Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float16Array Float32Array Float64Array
  BigInt64Array BigUint64Array JSON Math Intl Iterator AsyncIterator Temporal WebAssembly DisposableStack
  AsyncDisposableStack parseFloat parseInt isFinite isNaN eval decodeURI decodeURIComponent encodeURI
  encodeURIComponent escape unescape`
  .trim()
  .split(/\s+/)

/** Walked one level and into their prototypes. Node defines some of them as lazy getters, which are run. */
const platformRoots = `
  console process Buffer URL URLSearchParams URLPattern DOMException AbortController AbortSignal Event
  EventTarget CustomEvent TextEncoder TextDecoder TransformStream WritableStream ReadableStream
  ByteLengthQueuingStrategy CountQueuingStrategy TextEncoderStream TextDecoderStream CompressionStream
  DecompressionStream BroadcastChannel MessageChannel MessagePort Blob File Performance PerformanceObserver
  performance fetch crypto Crypto CryptoKey SubtleCrypto atob btoa queueMicrotask structuredClone setTimeout
  setInterval setImmediate clearTimeout clearInterval clearImmediate`
  .trim()
  .split(/\s+/)

/** Platform roots whose first use loads Node's HTTP client, some 20 ms: named when one of their names comes up. */
const costlyRoots: ReadonlySet<string> = new Set(
  'FormData Headers Request Response MessageEvent WebSocket CloseEvent EventSource'.split(' '),
)

/** Objects below language roots that are not functions or prototypes, and are named all the same. */
const namedObjects: ReadonlySet<string | symbol> = new Set(['prototype', 'Now', Symbol.unscopables])

type Named = object | symbol

/** `all` is for the language: everything below, and functions must be native, as a polyfill is the program's own code. */
type Reach = 'all' | 'members' | 'itself'

const names = new WeakMap<object, string>()
const symbolNames = new Map<symbol, string>()
const adoptedRealms = new WeakSet<object>()
let values: Map<string, Named> | undefined

/** The name of an intrinsic of this realm, or of another one whose objects got here (vm contexts, Jest). */
export function intrinsicName(value: Named): string | undefined {
  values ??= nameRealm(globalThis, hiddenRoots())
  if (typeof value === 'symbol') return symbolNames.get(value)
  const name = names.get(value)
  if (name !== undefined || isUsual(value)) return name
  return nameCostlyRootOf(value) || adoptRealmOf(value) ? names.get(value) : undefined
}

/** The same for what another object inherits from, after that one has been asked about: its realm is known. */
export function intrinsicAncestorName(value: object): string | undefined {
  return names.get(value) ?? (isUsual(value) || !nameCostlyRootOf(value) ? undefined : names.get(value))
}

/** Whether an object has a name already. Those of this realm whose prototype is Object.prototype or Array.prototype have. */
export function isNamedIntrinsic(value: object): boolean {
  values ??= nameRealm(globalThis, hiddenRoots())
  return names.has(value)
}

/** The intrinsic of this realm that has the name. */
export function intrinsicByName(name: string): Named | undefined {
  values ??= nameRealm(globalThis, hiddenRoots())
  return (
    values.get(name) ??
    (nameCostlyRoot(name.replace(/^[gs]et /, '').replace(/\..*/, '')) ? values.get(name) : undefined)
  )
}

/** The two kinds of object that programs have most of; those of this realm that are intrinsics have got their names. */
function isUsual(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return (prototype === Object.prototype && !Object.hasOwn(value, 'constructor')) || prototype === Array.prototype
}

function nameCostlyRootOf(value: object): boolean {
  const cls = typeof value === 'function' ? value : ownData(value, 'constructor')
  const name = typeof cls === 'function' ? ownData(cls, 'name') : undefined
  return typeof name === 'string' && nameCostlyRoot(name)
}

function nameCostlyRoot(root: string): boolean {
  if (values === undefined || values.has(root) || !costlyRoots.has(root)) return false
  new Namer(values).name(root, Reflect.get(globalThis, root), 'members')
  return values.has(root)
}

/**
 * Roots that no global names. Its text is evaluated in other realms, so it uses nothing but its own realm's globals and
 * declares no functions that a compiler could wrap.
 */
function hiddenRoots(): Record<string, object | undefined> {
  const arrayIterator = Object.getPrototypeOf([][Symbol.iterator]())
  const generator = Object.getPrototypeOf(function* () {})
  const asyncGenerator = Object.getPrototypeOf(async function* () {})
  const stack = Object.getOwnPropertyDescriptor(new Error('any'), 'stack')
  return {
    globalThis,
    // Own accessors of each error, where they are accessors.
    'get Error.stack': stack?.get,
    'set Error.stack': stack?.set,
    TypedArray: Object.getPrototypeOf(Int8Array),
    AsyncFunction: Object.getPrototypeOf(async function () {}).constructor,
    GeneratorFunction: generator.constructor,
    AsyncGeneratorFunction: asyncGenerator.constructor,
    '%IteratorPrototype%': Object.getPrototypeOf(arrayIterator),
    '%AsyncIteratorPrototype%': Object.getPrototypeOf(Object.getPrototypeOf(asyncGenerator.prototype)),
    '%ArrayIteratorPrototype%': arrayIterator,
    '%MapIteratorPrototype%': Object.getPrototypeOf(new Map()[Symbol.iterator]()),
    '%SetIteratorPrototype%': Object.getPrototypeOf(new Set()[Symbol.iterator]()),
    '%StringIteratorPrototype%': Object.getPrototypeOf(''[Symbol.iterator]()),
  }
}

function nameRealm(global: object, hidden: Record<string, object | undefined>): Map<string, Named> {
  const byName = new Map<string, Named>()
  const namer = new Namer(byName)
  for (const root of languageRoots) namer.name(root, ownData(global, root), 'all')
  for (const [root, value] of Object.entries(hidden)) namer.name(root, value, root === 'globalThis' ? 'itself' : 'all')
  for (const root of platformRoots) namer.name(root, Reflect.get(global, root), 'members')
  const process: unknown = Reflect.get(global, 'process')
  if (typeof process === 'object' && process !== null) namer.name('process.env', Reflect.get(process, 'env'), 'itself')
  return byName
}

/** Gives names depth first; what has one keeps it, and other names of it are kept as aliases. */
class Namer {
  readonly #byName: Map<string, Named>

  constructor(byName: Map<string, Named>) {
    this.#byName = byName
  }

  name(name: string, value: unknown, reach: Reach): void {
    if (typeof value === 'symbol') {
      if (!symbolNames.has(value)) symbolNames.set(value, name)
      this.#byName.set(name, value)
    }
    if (!isObject(value)) return
    if (reach === 'all' && typeof value === 'function' && !isNative(value)) return
    this.#byName.set(name, value)
    if (names.has(value)) return
    names.set(value, name)
    if (reach !== 'itself') this.#nameProperties(name, value, reach)
  }

  #nameProperties(owner: string, object: object, reach: Reach): void {
    const below = reach === 'all' ? 'all' : 'itself'
    for (const key of Reflect.ownKeys(object)) {
      const property = Object.getOwnPropertyDescriptor(object, key)
      if (property === undefined) continue
      const path = typeof key === 'symbol' ? `${owner}[${key.description}]` : `${owner}.${key}`
      if (property.get !== undefined) this.name(`get ${path}`, property.get, below)
      if (property.set !== undefined) this.name(`set ${path}`, property.set, below)
      const value: unknown = isFrozenMember(object, property)
        ? Reflect.apply(property.get!, object, [])
        : property.value
      if (typeof value === 'object' && !namedObjects.has(key)) continue
      if (typeof value === 'symbol' && owner !== 'Symbol') continue
      this.name(path, value, key === 'prototype' ? reach : below)
    }
  }
}

/**
 * Where intrinsics are frozen (`--frozen-intrinsics`, SES), a pair of accessors that are not native stands for each member, so
 * that assigning to it in objects below goes on working. Such a getter does nothing but return.
 */
function isFrozenMember(object: object, { get, set }: PropertyDescriptor): boolean {
  return get !== undefined && set !== undefined && Object.isFrozen(object) && !isNative(get) && !isNative(set)
}

/** Names the intrinsics of the realm that `value` comes from; false when that is no realm, or one that has been named. */
function adoptRealmOf(value: object): boolean {
  let root = value
  for (let next = prototypeOf(root); next !== null; next = prototypeOf(root)) root = next
  if (root === Object.prototype || adoptedRealms.has(root)) return false
  const constructor = ownData(root, 'constructor')
  if (typeof constructor !== 'function' || constructor.name !== 'Object' || !isNative(constructor)) return false
  if (ownData(constructor, 'prototype') !== root) return false
  adoptedRealms.add(root)
  const evaluate: unknown = constructor.constructor
  if (typeof evaluate !== 'function' || evaluate === Function || !isNative(evaluate)) return false
  try {
    const roots: unknown = evaluate(`return (${hiddenRoots})()`)()
    const global = isObject(roots) ? ownData(roots, 'globalThis') : undefined
    if (!isObject(global)) return false
    nameRealm(global, roots as Record<string, object | undefined>)
    return true
  } catch {
    // The realm forbids code from strings. Its intrinsics then stay without a name, and are refused by name of their class.
    return false
  }
}

/** A prototype chain ends where a revoked Proxy begins. */
function prototypeOf(object: object): object | null {
  try {
    return Object.getPrototypeOf(object)
  } catch {
    return null
  }
}

function ownData(object: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(object, key)?.value
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

function isNative(fn: object): boolean {
  return Function.prototype.toString.call(fn).endsWith('{ [native code] }')
}
