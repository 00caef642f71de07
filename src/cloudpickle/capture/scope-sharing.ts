/**
 * Which of several scopes that look alike is the one around a closure, for when reading them cannot tell.
 *
 * Each scope is entered once through a closure of its own (see probe.ts); after that a question costs one reading of the scopes
 * of the closure that is asked about, however many scopes there are. What two functions share never changes, so that is kept.
 */
import type { Binding, Scope } from '../source/lexical-scopes.ts'
import type { CapturedScope, LiveFunction } from './captured-scope.ts'
import { unsupported } from './free-variables.ts'
import type { HeapView } from './heap.ts'
import type { Inspector } from './inspector.ts'
import { canProbe, enterCell, findSharedCell, type Cell } from './probe.ts'
import { alignScopes } from './scope-chain.ts'

/** What lets a variable be read and written from outside, once a function that sees it has been entered; that stays so. */
const cells = new WeakMap<Function, Map<Binding, Cell>>()

/** Of functions that were seen to share a scope, by scope: something that all of them have. */
const shared = new WeakMap<Function, Map<Scope, object>>()

function sharedBy(fn: Function, scope: Scope): object | undefined {
  return shared.get(fn)?.get(scope)
}

function noteShared(scope: Scope, a: Function, b: Function): void {
  const token = sharedBy(a, scope) ?? sharedBy(b, scope) ?? {}
  for (const fn of [a, b]) shared.set(fn, (shared.get(fn) ?? new Map<Scope, object>()).set(scope, token))
}

/** The context that a scope is for a function, as a view of the heap has it. */
const contexts = new WeakMap<Function, Map<Scope, { readonly view: object; readonly id: number }>>()

export class ScopeSharing {
  readonly #inspector: Inspector
  readonly #heap: () => HeapView | undefined

  /** `heap` is only called where no function can be entered. */
  constructor(inspector: Inspector, heap: () => HeapView | undefined) {
    this.#inspector = inspector
    this.#heap = heap
  }

  /**
   * The candidate whose `bindings` are those of `closure`; undefined for none.
   * @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED when neither side can be entered, and the heap is too large to be looked at
   */
  find(
    candidates: readonly CapturedScope[],
    closure: LiveFunction,
    bindings: readonly Binding[],
  ): CapturedScope | undefined {
    const token = sharedBy(closure.fn, bindings[0]!.scope)
    const known = token && candidates.find(({ scope, witness }) => sharedBy(witness.fn, scope) === token)
    const found = known ?? this.#ask(candidates, closure, bindings)
    if (found) noteShared(found.scope, found.witness.fn, closure.fn)
    return found
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
    const innermost = (site.form === 'class' ? site.inner[0] : undefined) ?? site.scope
    const chain = alignScopes(this.#inspector.internalsOf(fn).scopes(), innermost)
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
    const cell = known.get(binding) ?? enterCell(this.#inspector, closure, binding)
    known.set(binding, cell)
    return cell
  }

  /** What a closure sees as `binding`, which need not be the only variable of that name around it. */
  #read({ fn, site }: LiveFunction, binding: Binding): unknown {
    const chain = alignScopes(this.#inspector.internalsOf(fn).scopes(), site.scope)
    return chain.find(({ scope }) => scope === binding.scope)?.variables[binding.name]
  }
}
