/**
 * Which of several scopes that look alike is the one around a closure, for when reading them cannot tell.
 *
 * A scope is entered through a closure of its own (see probe.ts); a mark in one of its variables then shows in every closure of
 * that scope. A few are asked for each new closure. Where there are many, all closures are told apart together at the end of the
 * attempt, with a mark for each scope, and the dump begins anew: so the time grows with their number, not with its square.
 */
import type { Binding, Scope } from '../source/lexical-scopes.ts'
import type { CapturedScope } from './captured-scope.ts'
import type { HeapView } from './heap.ts'
import type { Inspector } from './inspector.ts'
import type { LiveFunction } from './live-functions.ts'
import type { AlikeScopes } from './lookalikes.ts'
import { canProbe, enterCell, findSharedCell, groupByCell, type Cell } from './probe.ts'
import { alignScopes, innermostScope } from './scope-chain.ts'
import { identityOf, settle, unite } from './scope-identity.ts'
import { unsupported } from './unsupported.ts'

/** What lets a variable be read and written from outside, once a function that sees it has been entered; that stays so. */
const cells = new WeakMap<Function, Map<Binding, Cell>>()

/** The context that a scope is for a function, as a view of the heap has it. */
const contexts = new WeakMap<Function, Map<Scope, { readonly view: object; readonly id: number }>>()

/** More than that are told apart together. */
const mostAsked = 16

export class ScopeSharing {
  readonly #inspector: Inspector
  readonly #heap: () => HeapView | undefined
  readonly #mayPutOff: boolean
  readonly #putOff = new Map<AlikeScopes, readonly Binding[]>()

  /** `heap` is only called where no function can be entered; `mayPutOff`: the dump can begin anew. */
  constructor(inspector: Inspector, heap: () => HeapView | undefined, mayPutOff: boolean) {
    this.#inspector = inspector
    this.#heap = heap
    this.#mayPutOff = mayPutOff
  }

  /**
   * The instance whose `bindings` are those of `closure`; undefined for none, and for one that will be told later.
   * @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED when neither side can be entered, and the heap is too large to be looked at
   */
  find(alike: AlikeScopes, closure: LiveFunction, bindings: readonly Binding[]): CapturedScope | undefined {
    const { scope } = bindings[0]!
    const identity = identityOf(closure.fn, scope)
    const known = identity && alike.get(identity)
    if (known) return known
    const candidates = identity ? alike.without(identity) : alike.scopes
    if (candidates.length > mostAsked && this.#mayPutOff) {
      this.#putOff.set(alike, bindings)
      return undefined
    }
    const found = candidates.length > 0 ? this.#ask(candidates, closure, bindings) : undefined
    if (!found) return undefined
    unite(scope, [found.witness.fn, closure.fn])
    alike.identify(found)
    return found
  }

  /** Tells apart what was put off; false where that was nothing. Until then each was taken for a scope of its own. */
  decide(): boolean {
    for (const [{ scopes }, bindings] of this.#putOff) {
      let open = scopes.map(({ witness }) => witness)
      const groups: Function[][] = []
      for (const binding of bindings) {
        const cellOf = (fn: LiveFunction): Cell | undefined =>
          canProbe(fn.site, binding) ? this.#cellOf(fn, binding) : undefined
        const found = groupByCell(open, cellOf, fn => this.#read(fn, binding))
        groups.push(...found.map(group => group.map(({ fn }) => fn)))
        const decided = new Set(found.flat())
        open = open.filter(fn => !decided.has(fn))
      }
      settle(bindings[0]!.scope, groups)
    }
    return this.#putOff.size > 0
  }

  #ask(
    candidates: readonly CapturedScope[],
    closure: LiveFunction,
    bindings: readonly Binding[],
  ): CapturedScope | undefined {
    const theirs = bindings.find(binding => candidates.every(({ witness }) => canProbe(witness.site, binding)))
    if (theirs) {
      const cells = candidates.map(({ witness }) => this.#cellOf(witness, theirs))
      return candidates[findSharedCell(cells, () => this.#read(closure, theirs))]
    }
    const own = bindings.find(binding => canProbe(closure.site, binding))
    if (own) {
      const cell = [this.#cellOf(closure, own)]
      return candidates.find(({ witness }) => findSharedCell(cell, () => this.#read(witness, own)) === 0)
    }
    const inHeap = this.#askHeap(candidates, closure, bindings[0]!)
    if (inHeap) return inHeap.found
    throw unsupported(
      closure.script,
      closure.site.node.start,
      `it cannot be told whether it shares the variable \`${bindings[0]!.name}\` with another function in this pickle`,
      'Keep the variable in an object',
    )
  }

  /** undefined where the heap does not tell. */
  #askHeap(
    candidates: readonly CapturedScope[],
    closure: LiveFunction,
    binding: Binding,
  ): { readonly found: CapturedScope | undefined } | undefined {
    const functions = [closure, ...candidates.map(({ witness }) => witness)]
    const known = functions.map(({ fn }) => contexts.get(fn)?.get(binding.scope))
    const isOneView = known.every(context => context !== undefined && context.view === known[0]?.view)
    const view = isOneView ? undefined : this.#heap()
    if (!isOneView && !view) return undefined
    const [own, ...others] = isOneView ? known : functions.map(each => this.#contextOf(each, binding, view!))
    if (!own || others.includes(undefined)) return undefined
    return { found: candidates[others.findIndex(other => other!.id === own.id)] }
  }

  #contextOf(live: LiveFunction, binding: Binding, heap: HeapView): { view: object; id: number } | undefined {
    const { fn, site } = live
    const chain = alignScopes(this.#inspector.internalsOf(fn).scopes(), innermostScope(site))
    const at = chain.findIndex(({ scope }) => scope === binding.scope)
    if (at === -1) return undefined
    const nearer = chain.slice(at + 1).filter(({ variables }) => Object.hasOwn(variables, binding.name))
    const found = heap.contextsOf(fn).filter(context => context.has(binding.name))[nearer.length]
    if (!found) return undefined
    const context = { view: heap.token, id: found.id }
    contexts.set(fn, (contexts.get(fn) ?? new Map<Scope, typeof context>()).set(binding.scope, context))
    return context
  }

  #cellOf(closure: LiveFunction, binding: Binding): Cell {
    const known = cells.get(closure.fn) ?? new Map<Binding, Cell>()
    cells.set(closure.fn, known)
    const cell = known.get(binding) ?? this.#enter(closure, binding)
    known.set(binding, cell)
    return cell
  }

  /** What is not initialised is no question, but V8 of Node 20 shows it as undefined. */
  #enter(closure: LiveFunction, binding: Binding): Cell {
    const cell = enterCell(this.#inspector, closure, binding)
    try {
      void cell.value
    } catch {
      const what = `\`${binding.name}\` is not initialised yet`
      throw unsupported(closure.script, closure.site.node.start, what, 'Capture it later')
    }
    return cell
  }

  /** What a closure sees as `binding`, which need not be the only variable of that name around it. */
  #read({ fn, site }: LiveFunction, binding: Binding): unknown {
    const chain = alignScopes(this.#inspector.internalsOf(fn).scopes(), site.scope)
    return chain.find(({ scope }) => scope === binding.scope)?.variables[binding.name]
  }
}
