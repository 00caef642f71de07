/**
 * The scope instances of one dump by where they stand and what their variables hold, so that those which look like another one are
 * found without comparing it with each.
 */
import type { Scope } from '../source/lexical-scopes.ts'
import type { CapturedScope } from './captured-scope.ts'
import type { CodeUnit } from './code-unit.ts'
import type { LiveScope } from './inspector.ts'
import { identityOf, type ScopeIdentity } from './scope-identity.ts'
import { valueOf } from './scope-variables.ts'

type Parent = CapturedScope | CodeUnit

/** Instances of one scope below one parent whose variables hold the same. */
export class AlikeScopes {
  readonly scopes: CapturedScope[] = []
  readonly #byIdentity = new Map<ScopeIdentity, CapturedScope>()
  readonly #settled = new Map<object, number>()

  add(instance: CapturedScope): void {
    this.scopes.push(instance)
    this.identify(instance)
  }

  /** To be told when the identity of one of them has become known. */
  identify(instance: CapturedScope): void {
    const identity = identityOf(instance.witness.fn, instance.scope)
    if (!identity || this.#byIdentity.has(identity)) return
    this.#byIdentity.set(identity, instance)
    const { settlement } = identity
    if (settlement) this.#settled.set(settlement, (this.#settled.get(settlement) ?? 0) + 1)
  }

  get(identity: ScopeIdentity): CapturedScope | undefined {
    return this.#byIdentity.get(identity)
  }

  /** Those of which it is not known that they have another identity. */
  without({ settlement }: ScopeIdentity): readonly CapturedScope[] {
    if (!settlement) return this.scopes
    if (this.#settled.get(settlement) === this.scopes.length) return []
    return this.scopes.filter(({ scope, witness }) => identityOf(witness.fn, scope)?.settlement !== settlement)
  }
}

export class Lookalikes {
  readonly #places = new Map<Parent, Map<Scope, Map<string, AlikeScopes>>>()
  /** Numbers for values: the same for what is the same, as Object.is has it. */
  readonly #numbers = new Map<unknown, number>()

  /** The instances of a scope below `parent` whose variables hold what these do; add the new one where none of them is it. */
  of(scope: Scope, parent: Parent, variables: LiveScope['variables']): AlikeScopes {
    const scopes = this.#places.get(parent) ?? new Map<Scope, Map<string, AlikeScopes>>()
    this.#places.set(parent, scopes)
    const contents = scopes.get(scope) ?? new Map<string, AlikeScopes>()
    scopes.set(scope, contents)
    const key = this.#keyOf(scope, variables)
    const alike = contents.get(key) ?? new AlikeScopes()
    contents.set(key, alike)
    return alike
  }

  /** V8 lists all variables of a context, for each of its closures in the same order. */
  #keyOf(scope: Scope, variables: LiveScope['variables']): string {
    let key = ''
    for (const name of Object.getOwnPropertyNames(variables)) {
      if (scope.bindings.has(name)) key += `${name} ${this.#numberOf(valueOf(variables, name))} `
    }
    return key
  }

  #numberOf(value: unknown): number {
    const distinct = Object.is(value, -0) ? negativeZero : value
    const known = this.#numbers.get(distinct) ?? this.#numbers.size
    this.#numbers.set(distinct, known)
    return known
  }
}

const negativeZero = Symbol('-0')
