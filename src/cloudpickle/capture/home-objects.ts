/**
 * The home objects of methods that use `super`: the objects of the literals that made them.
 *
 * V8 tells nobody, so the object is looked for where it should be: among all objects, it is the one that has the method. That
 * takes a walk through the heap, once for each dump that has such a method.
 */
import { isModuleNamespaceObject, isProxy } from 'node:util/types'
import { homeOf } from '../revive/home-objects.ts'
import type { FunctionSite } from '../source/lexical-scopes.ts'
import type { AnyNode } from '../source/parse.ts'
import { literalKey } from './class-shape.ts'

/** What `super` is in a method: whatever the prototype of `home` is at that time. */
export class SuperReference {
  readonly home: object

  constructor(home: object) {
    this.home = home
  }
}

export class HomeObjects {
  readonly #allObjects: () => readonly unknown[]
  #objects: readonly object[] | undefined
  readonly #having = new Map<PropertyKey, readonly object[]>()

  /** `allObjects` lists the objects of this process that inherit from `Object.prototype`. */
  constructor(allObjects: () => readonly unknown[]) {
    this.#allObjects = allObjects
  }

  /** undefined where no object has the method, or several with different prototypes have. */
  find(fn: Function, { node }: FunctionSite): object | undefined {
    const known = homeOf(fn)
    if (known) return known
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
