/**
 * The classes of one dump, and which functions are their members: a method is made by the text of its class, so it travels as
 * that class's member and is never made twice.
 *
 * Input: live classes and methods with their sites. A function belongs to one class here, the first that had it.
 */
import type { FunctionSite } from '../source/lexical-scopes.ts'
import type { AnyNode } from '../source/parse.ts'
import { classShape, type ClassMember } from './class-shape.ts'
import { classState, type ClassState } from './class-state.ts'
import { functionExtras, naturalLength, naturalOf, type NaturalShape } from './function-extras.ts'
import type { LiveFunctions } from './live-functions.ts'
import type { PrivateStates } from './private-state.ts'
import type { ScopeChain } from './scope-chain.ts'
import { readVariable } from './scope-variables.ts'

export interface OwnedMember {
  readonly cls: Function
  readonly member: ClassMember
  /** The key that it stands under now; undefined where the class no longer has it. */
  readonly liveKey: PropertyKey | undefined
  readonly natural: NaturalShape
}

export class LiveClasses {
  readonly #functions: LiveFunctions
  readonly #privates: PrivateStates
  readonly #owners = new Map<Function, OwnedMember>()
  readonly #claimed = new Map<AnyNode, Function[]>()
  /** Methods whose class was not known when they were written. */
  readonly #alone = new Set<Function>()

  constructor(functions: LiveFunctions, privates: PrivateStates) {
    this.#functions = functions
    this.#privates = privates
  }

  stateOf(cls: Function, site: FunctionSite): ClassState | undefined {
    this.#claim(cls, site)
    const isDerived = 'superClass' in site.code && site.code.superClass !== null
    const state = classState(cls, classShape(site), { ...naturalOf(site), isDerived }, fn => {
      const owned = this.#owners.get(fn)
      const isUnchanged = owned?.cls === cls && functionExtras(fn, owned.natural) === undefined
      return isUnchanged && !this.#alone.has(fn) ? owned.member : undefined
    })
    const privates = this.#privates.ofClass(cls)
    if (privates.length === 0) return state
    return { ...state, privates: Object.fromEntries(privates.map(({ name, value }) => [name, value])) }
  }

  /** The class that `fn` is a member of; undefined for a function that is no method, or of a class that cannot be found. */
  ownerOf(fn: Function, site: FunctionSite, scopes: () => ScopeChain): OwnedMember | undefined {
    const { type } = site.node as AnyNode
    if (type !== 'MethodDefinition') return undefined
    if (!this.#owners.has(fn) && !this.#alone.has(fn)) this.#search(fn, site, scopes())
    const owned = this.#owners.get(fn)
    if (!owned) this.#alone.add(fn)
    return owned
  }

  #search(fn: Function, site: FunctionSite, scopes: ScopeChain): void {
    const code = site.scope.node as AnyNode
    for (const { scope, variables } of scopes) {
      for (const { name, init } of scope.bindings.values()) {
        if (init !== code && init?.type !== 'CallExpression') continue
        const cls = readVariable(variables, name)
        const found = typeof cls === 'function' ? this.#functions.find(cls)?.site : undefined
        if (found?.code !== code) continue
        this.#claim(cls as Function, found)
        // Inside itself, the name of a class is that very class, whatever became of its members.
        const member = scope === site.scope ? classShape(found).members.get(site.node) : undefined
        if (member && !this.#owners.has(fn)) this.#own(fn, cls as Function, member, site, undefined)
      }
    }
  }

  #claim(cls: Function, site: FunctionSite): void {
    const claimed = this.#claimed.get(site.code) ?? []
    if (claimed.includes(cls)) return
    this.#claimed.set(site.code, [...claimed, cls])
    const { members } = classShape(site)
    for (const owner of [cls, cls.prototype as object]) {
      for (const key of Reflect.ownKeys(owner)) {
        const property = Object.getOwnPropertyDescriptor(owner, key)!
        for (const part of ['value', 'get', 'set'] as const) {
          const fn: unknown = property[part]
          if (typeof fn !== 'function' || fn === cls || this.#owners.has(fn)) continue
          const own = this.#functions.find(fn)?.site
          const member = own && members.get(own.node)
          const isAtHome = member?.part === part && (member.isStatic ? cls : cls.prototype) === owner
          if (member) this.#own(fn, cls, member, own, isAtHome ? key : undefined)
        }
      }
    }
  }

  #own(
    fn: Function,
    cls: Function,
    member: ClassMember,
    { code }: FunctionSite,
    liveKey: PropertyKey | undefined,
  ): void {
    const natural = { name: member.name, length: naturalLength(code) }
    this.#owners.set(fn, { cls, member, liveKey, natural })
  }
}
