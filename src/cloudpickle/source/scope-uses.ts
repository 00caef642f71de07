/**
 * What the code in scopes uses of them: identifiers that refer to bindings, and syntax that takes its meaning from the surroundings.
 *
 * Uses are noted as they are met, and referred to bindings only when all of these are known, because a declaration may stand below.
 */
import type { Binding, ContextUse, Reference, Scope } from './lexical-scopes.ts'
import type { Node } from './parse.ts'

type DraftReference = Omit<Reference, 'binding'>

interface Identifier {
  readonly name: string
  readonly start: number
  readonly end: number
}

export class ScopeUses {
  readonly #drafts: DraftReference[] = []
  readonly #contextUses: ContextUse[] = []
  /** Where eval() is called, which may assign to whatever is in scope. */
  readonly #evaluating: Scope[] = []
  #statementStart = -1

  /** In a list, a statement may lean on the line break before it; whoever rewrites its first token needs to know. */
  beginStatement({ start }: Node): void {
    this.#statementStart = start
  }

  /** `write`: it is assigned to; `names` is what gets its name from it. */
  refer(
    { name, start, end }: Identifier,
    scope: Scope,
    form: Reference['form'] = 'plain',
    write = false,
    names?: Node,
  ): void {
    if (name === 'arguments' && !declaresArguments(scope)) {
      const owner = functionScope(scope)
      this.#contextUses.push({ kind: 'arguments', start, end, owner, isShorthand: form === 'shorthand' })
      return
    }
    const startsStatement = start === this.#statementStart
    this.#drafts.push({ name, start, end, scope, form, startsStatement, write, names })
  }

  use(kind: ContextUse['kind'], { start, end }: Node, scope: Scope): void {
    this.#contextUses.push({ kind, start, end, owner: functionScope(scope), isShorthand: false })
    if (kind === 'eval') this.#evaluating.push(scope)
  }

  /** In the order of the text. */
  contextUses(): ContextUse[] {
    return this.#contextUses.sort((a, b) => a.start - b.start)
  }

  /** In the order of the text; to be called once, when all names are bound. Marks the bindings that are assigned to. */
  references(): Reference[] {
    const references = this.#drafts.map(resolve)
    for (const scope of this.#evaluating) markAssignable(scope)
    return references.sort((a, b) => a.start - b.start)
  }
}

function resolve(draft: DraftReference): Reference {
  let scope: Scope | undefined = draft.scope
  let binding: Binding | undefined
  for (; scope && !binding; scope = scope.parent) binding = scope.bindings.get(draft.name)
  // Assigning to a constant throws, also to an import.
  if (draft.write && binding && !binding.isConstant) binding.reassigned = true
  return { ...draft, binding }
}

function markAssignable(from: Scope): void {
  for (let scope: Scope | undefined = from; scope; scope = scope.parent) {
    for (const binding of scope.bindings.values()) if (!binding.isConstant) binding.reassigned = true
  }
}

function declaresArguments(from: Scope): boolean {
  for (let scope: Scope | undefined = from; scope; scope = scope.parent) {
    if (scope.bindings.has('arguments')) return true
  }
  return false
}

function functionScope(from: Scope): Scope {
  let scope = from
  while (!scope.isFunction && scope.parent) scope = scope.parent
  return scope
}
