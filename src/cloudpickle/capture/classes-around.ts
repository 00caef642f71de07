/**
 * Which live class a function was made inside of, given that class's text: evaluated several times it is several classes.
 *
 * Found by the name that the class has inside itself, or by what `this` of the function is an instance of, else in the heap.
 * Nothing of the program runs.
 */
import { isProxy } from 'node:util/types'
import { classOfPrototype } from '../../pickle/index.ts'
import type { AnyNode } from '../source/parse.ts'
import { isClass, privateNames } from '../source/private-access.ts'
import { canEnter } from './enterable.ts'
import type { Inspector } from './inspector.ts'
import type { LiveFunction, LiveFunctions } from './live-functions.ts'
import { evaluateInFrame } from './probe.ts'
import type { ScopeChain } from './scope-chain.ts'

/** Fixed for the life of a function. */
const around = new WeakMap<Function, Map<AnyNode, Function>>()

export class ClassesAround {
  readonly #inspector: Inspector
  readonly #functions: LiveFunctions
  /** All classes of this process by the text of each, for one dump. */
  #classes: Map<string, Function[]> | undefined

  constructor(inspector: Inspector, functions: LiveFunctions) {
    this.#inspector = inspector
    this.#functions = functions
  }

  /** `self` is the function's `this`, as far as that is known. undefined where it cannot be told. */
  find(live: LiveFunction, code: AnyNode, scopes: () => ScopeChain, self: unknown): Function | undefined {
    const known = around.get(live.fn) ?? new Map<AnyNode, Function>()
    around.set(live.fn, known)
    const cls =
      known.get(code) ?? namedInside(code, scopes()) ?? this.#behind(self, live, code) ?? this.#inHeap(live, code)
    if (cls) known.set(code, cls)
    return cls
  }

  /** The class that `self` is, or is an instance of. */
  #behind(self: unknown, live: LiveFunction, code: AnyNode): Function | undefined {
    if ((typeof self !== 'object' && typeof self !== 'function') || self === null) return undefined
    const cls = ancestors(self).find(each => this.#functions.find(each)?.site.code === code)
    return cls && this.#isMeant(live, code, cls, [self]) ? cls : undefined
  }

  /** Of several classes of one text, the one that has an instance to tell it by. */
  #inHeap(live: LiveFunction, code: AnyNode): Function | undefined {
    this.#classes ??= byText(this.#inspector.instancesOf(functionPrototypeOf(live.fn)))
    const alike = this.#classes.get(live.script.text.slice(code.start, code.end)) ?? []
    const made = alike.filter(each => this.#functions.find(each)?.site.code === code)
    if (made.length <= 1) return made[0]
    return made.find(cls => this.#isMeant(live, code, cls, this.#inspector.instancesOf(cls.prototype as object)))
  }

  /** Whether a private name, as the function means it, is one of `cls`: that class or one of `instances` has it. */
  #isMeant(live: LiveFunction, code: AnyNode, cls: Function, instances: readonly unknown[]): boolean {
    if (!canEnter(live.site)) return false
    const { brand, staticFields } = privateNames(code)
    const asks = (name: string): ((object: unknown) => boolean) =>
      evaluateInFrame(this.#inspector, live, `o => ${name} in o`) as (object: unknown) => boolean
    if (staticFields[0] !== undefined && asks(staticFields[0])(cls)) return true
    return brand !== undefined && instances.some(asks(brand))
  }
}

function namedInside(code: AnyNode, scopes: ScopeChain): Function | undefined {
  if (!isClass(code) || !code.id) return undefined
  const variables = scopes.find(({ scope }) => scope.node === code)?.variables
  const property = variables && Object.getOwnPropertyDescriptor(variables, code.id.name)
  return typeof property?.value === 'function' ? property.value : undefined
}

/** An object that is a function, and the classes of what it inherits from; looking behind a Proxy would run code. */
function ancestors(self: object): Function[] {
  const found: Function[] = []
  for (let each: object | null = self; each && !isProxy(each); each = Object.getPrototypeOf(each) as object | null) {
    const cls = typeof each === 'function' ? (each as Function) : (classOfPrototype(each) as Function | undefined)
    if (cls) found.push(cls)
  }
  return found
}

function functionPrototypeOf(fn: Function): object {
  let each = fn as object
  for (let next: unknown = each; next; next = Object.getPrototypeOf(next)) {
    if (Object.getPrototypeOf(next) !== null) each = next
  }
  return each
}

function byText(functions: readonly unknown[]): Map<string, Function[]> {
  const classes = new Map<string, Function[]>()
  for (const fn of functions) {
    if (typeof fn !== 'function' || Object.getOwnPropertyDescriptor(fn, 'prototype')?.writable !== false) continue
    const text = Function.prototype.toString.call(fn)
    if (!text.startsWith('class')) continue
    classes.set(text, [...(classes.get(text) ?? []), fn])
  }
  return classes
}
