/**
 * The home objects of methods that use `super`: the objects of the literals that made them.
 *
 * V8 shows it in no scope, so the object is looked for where it should be: among all objects, it is the one that has the method.
 * That takes a walk through the heap, once for each dump that has such a method. Where it has moved, and of arrows inside methods,
 * the contexts of the function tell.
 */
import { isModuleNamespaceObject, isProxy } from 'node:util/types'
import { homeOf } from '../revive/home-objects.ts'
import type { FunctionSite, Scope } from '../source/lexical-scopes.ts'
import { childNodes, type AnyNode, type Node } from '../source/parse.ts'
import { isClass } from '../source/private-access.ts'
import { literalKey } from './class-shape.ts'
import type { HeapView } from './heap.ts'

/** What `super` is in a method: whatever the prototype of `home` is at that time. */
export class SuperReference {
  readonly home: object

  constructor(home: object) {
    this.home = home
  }
}

/** Fixed for the life of a function. */
const known = new WeakMap<Function, object>()

export class HomeObjects {
  readonly #allObjects: () => readonly unknown[]
  readonly #heap: () => HeapView | undefined
  #objects: readonly object[] | undefined
  readonly #having = new Map<PropertyKey, readonly object[]>()

  /** `allObjects` lists the objects of this process that inherit from `Object.prototype`. */
  constructor(allObjects: () => readonly unknown[], heap: () => HeapView | undefined) {
    this.#allObjects = allObjects
    this.#heap = heap
  }

  /** `owner` is the scope of the method that `super` is of. undefined where nothing tells. */
  find(fn: Function, site: FunctionSite, owner: Scope): object | undefined {
    const home =
      homeOf(fn) ??
      known.get(fn) ??
      (site.node.type === 'Property' ? this.#thatHas(fn, site) : undefined) ??
      this.#inContexts(fn, site, owner)
    if (home) known.set(fn, home)
    return home
  }

  /** A literal or class between would have a home object of its own in the contexts around the function. */
  #inContexts(fn: Function, { node }: FunctionSite, owner: Scope): object | undefined {
    if (isInLiteral(node, owner.node)) return undefined
    const name = isStaticMember(owner) ? '.static_home_object' : '.home_object'
    const value = this.#heap()
      ?.contextsOf(fn)
      .find(context => context.has(name))
      ?.value(name)?.value
    return typeof value === 'object' || typeof value === 'function' ? value : undefined
  }

  /** undefined where no object has the method, or several with different prototypes have. */
  #thatHas(fn: Function, { node }: FunctionSite): object | undefined {
    const { key, computed } = node as AnyNode & { type: 'Property' }
    const named = computed ? undefined : literalKey(key)
    const owners = this.#objectsWith(named).filter(object => {
      return keysFor(object, named, fn).some(own => isUnder(object, own, fn)) && !isDescriptor(object)
    })
    const [home] = owners
    const prototype: unknown = home && Object.getPrototypeOf(home)
    return owners.every(owner => Object.getPrototypeOf(owner) === prototype) ? home : undefined
  }

  /** undefined: all of them. */
  #objectsWith(key: string | undefined): readonly object[] {
    // A trap of a proxy, and the own properties of a namespace that is not initialised, would run code or throw.
    this.#objects ??= this.#allObjects().filter(object => isOrdinary(object))
    if (key === undefined) return this.#objects
    const having = this.#having.get(key) ?? this.#objects.filter(object => Object.hasOwn(object, key))
    this.#having.set(key, having)
    return having
  }
}

function isInLiteral(inner: Node, outer: Node): boolean {
  for (let node: Node | undefined = outer; node && node !== inner;) {
    node = childNodes(node).find(({ start, end }) => start <= inner.start && inner.end <= end)
    if (node && node !== inner && (node.type === 'ObjectExpression' || isClass(node as AnyNode))) return true
  }
  return false
}

function isStaticMember({ node, parent }: Scope): boolean {
  const cls = parent?.node as AnyNode | undefined
  if (!cls || !isClass(cls)) return false
  const member = cls.body.body.find(({ start, end }) => start <= node.start && node.end <= end)
  return member !== undefined && (member.type === 'StaticBlock' || member.static)
}

function isOrdinary(object: unknown): object is object {
  return typeof object === 'object' && object !== null && !isProxy(object) && !isModuleNamespaceObject(object)
}

/** The keys under which the literal can have put the method: a computed one gave it its name. */
function keysFor(object: object, named: string | undefined, fn: Function): PropertyKey[] {
  if (named !== undefined) return [named]
  const name = fn.name.replace(/^[gs]et /, '')
  return Reflect.ownKeys(object).filter(key => name === (typeof key === 'symbol' ? `[${key.description}]` : key))
}

function isUnder(object: object, key: PropertyKey, fn: Function): boolean {
  const { value, get, set } = Object.getOwnPropertyDescriptor(object, key)!
  return value === fn || get === fn || set === fn
}

/** What looking at a property has left behind, which has the function as well. */
function isDescriptor(object: object): boolean {
  return /^(value,writable|get,set),enumerable,configurable$/.test(String(Object.getOwnPropertyNames(object)))
}
