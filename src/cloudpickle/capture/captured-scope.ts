/**
 * Scope instances: which closures share which variables.
 *
 * V8 shows the variables of a context but not the context's identity. Two closures whose contexts stand at the same place of
 * the text and hold identical values may share one context or have one each. It makes no difference when nothing in it is
 * ever reassigned; an object made in that very scope proves that it is one; only what is left is asked of the probe.
 */
import type { Binding, Scope } from '../source/lexical-scopes.ts'
import type { CodeUnit, ScopeCode } from './code-unit.ts'
import type { LiveScope } from './inspector.ts'
import type { LiveFunction } from './live-functions.ts'
import { Lookalikes, type AlikeScopes } from './lookalikes.ts'
import type { ScopeChain } from './scope-chain.ts'
import { isInitialized } from './scope-variables.ts'

/** One context of V8's, as it travels. The module's own scope is the code unit itself. */
export class CapturedScope {
  readonly scope: Scope
  readonly parent: CapturedScope | CodeUnit
  /** The name of the member of the parent that makes it. */
  readonly maker: string
  readonly code: ScopeCode
  readonly variables: LiveScope['variables']
  /** Names of variables that the program had not initialised yet: reading them throws there, too. */
  readonly uninitialized: readonly string[]
  /** A closure of this context, for the probe. */
  readonly witness: LiveFunction

  constructor(
    scope: Scope,
    parent: CapturedScope | CodeUnit,
    variables: LiveScope['variables'],
    witness: LiveFunction,
  ) {
    this.scope = scope
    this.parent = parent
    this.variables = variables
    this.uninitialized = Object.getOwnPropertyNames(variables).filter(name => !isInitialized(variables, name))
    const { maker, code } = codeOf(parent).addScope(scope, this.uninitialized)
    this.maker = maker
    this.code = code
    this.witness = witness
  }
}

/**
 * Asks V8 which of `alike`, scopes that look like the one around a function, is that one: whose `bindings` it shares. They look
 * alike in everything else.
 */
type SharingProbe = (
  alike: AlikeScopes,
  closure: LiveFunction,
  bindings: readonly Binding[],
) => CapturedScope | undefined

/** The scope instances met during one dump. */
export class CapturedScopes {
  readonly #known = new Lookalikes()
  readonly #findShared: SharingProbe

  constructor(findShared: SharingProbe) {
    this.#findShared = findShared
  }

  /** The instances around a closure by lexical scope, the module's excluded; the innermost is last. */
  enter(closure: LiveFunction, chain: ScopeChain, unit: CodeUnit): CapturedScope[] {
    const entered: CapturedScope[] = []
    let parent: CapturedScope | CodeUnit = unit
    for (const { scope, variables } of chain) {
      if (scope.isModule) continue
      parent = this.#instance(scope, parent, variables, closure)
      entered.push(parent)
    }
    return entered
  }

  #instance(
    scope: Scope,
    parent: CapturedScope | CodeUnit,
    variables: LiveScope['variables'],
    closure: LiveFunction,
  ): CapturedScope {
    const alike = this.#known.of(scope, parent, variables)
    const found = this.#choose(alike, variables, closure)
    if (found) return found
    const instance = new CapturedScope(scope, parent, variables, closure)
    alike.add(instance)
    return instance
  }

  #choose(alike: AlikeScopes, variables: LiveScope['variables'], closure: LiveFunction): CapturedScope | undefined {
    const [first] = alike.scopes
    if (!first) return undefined
    const bindings = bindingsOf(first.scope, variables)
    // One that is not initialised stays so in what travels: nobody can assign to it, so nobody sees whose it is.
    const reassigned = bindings.filter(({ reassigned, name }) => reassigned && isInitialized(variables, name))
    if (reassigned.length === 0 || bindings.some(isMadeInScope)) return first
    return this.#findShared(alike, closure, reassigned)
  }
}

function bindingsOf(scope: Scope, variables: LiveScope['variables']): Binding[] {
  return Object.getOwnPropertyNames(variables).flatMap(name => scope.bindings.get(name) ?? [])
}

/** The code of a scope, or of a module's own one. */
export function codeOf(scope: CapturedScope | CodeUnit): ScopeCode {
  return scope instanceof CapturedScope ? scope.code : scope.root
}

const makesObject =
  /^(ObjectExpression|ArrayExpression|FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|ClassDeclaration|ClassExpression)$/

/**
 * A binding whose value is an object that evaluating this scope created: equal values then mean the same scope. Not so the
 * head of a `for` loop, which is copied for each iteration, nor the name of a function or class inside itself.
 */
function isMadeInScope({ init, reassigned, scope: { node } }: Binding): boolean {
  if (!init || reassigned) return false
  return makesObject.test(init.type) && node.type !== 'ForStatement' && node !== init
}
