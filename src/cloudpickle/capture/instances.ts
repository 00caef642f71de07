/**
 * Instances of classes: which class an object is an instance of, and whether its own properties are all there is to it.
 */

/** The class whose instances have the prototype of `value`; undefined where the prototype belongs to no class. */
export function classOf(value: object): Function | undefined {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (typeof prototype !== 'object' || prototype === null) return undefined
  const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  return typeof constructor === 'function' && constructor.prototype === prototype ? constructor : undefined
}

const privacy = new WeakMap<Function, boolean>()

/** Whether a class or one that it extends has private members, whose state no property shows. */
export function hasPrivateMembers(cls: Function): boolean {
  let known = privacy.get(cls)
  if (known === undefined) {
    const parent: unknown = Object.getPrototypeOf(cls)
    const inherited = typeof parent === 'function' && parent !== Function.prototype && hasPrivateMembers(parent)
    known = inherited || /#[\p{ID_Start}$_]/u.test(Function.prototype.toString.call(cls))
    privacy.set(cls, known)
  }
  return known
}

const containers = [
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'WeakRef',
  'Promise',
  'Date',
  'RegExp',
  'ArrayBuffer',
  'Array',
] as const

/** Whether a class extends one whose instances hold more than their properties: a Map, an Array, a Promise and the like. */
export function extendsBuiltin(cls: Function): boolean {
  const prototype = cls.prototype as object
  if (prototype instanceof Object.getPrototypeOf(Uint8Array)) return true
  return containers.some(name => prototype instanceof globalThis[name])
}
