/**
 * Which of several scopes that look alike is the one around a closure, for when reading them cannot tell.
 *
 * Each scope is entered once through a closure of its own (see probe.ts); after that a question costs one reading of the scopes
 * of the closure that is asked about, however many scopes there are. What two functions share never changes, so answers are kept.
 */
import type { Binding, Scope } from '../source/lexical-scopes.ts'
import type { CapturedScope, LiveFunction } from './captured-scope.ts'
import { unsupported } from './free-variables.ts'
import type { Inspector } from './inspector.ts'
import { canProbe, enterCell, findSharedCell, type Cell } from './probe.ts'
import { alignScopes } from './scope-chain.ts'

/** Whether two functions share a scope, by the one function, the other and the scope. */
const answers = new WeakMap<Function, WeakMap<Function, Map<Scope, boolean>>>()

function knownAnswer(scope: Scope, a: Function, b: Function): boolean | undefined {
  return answers.get(a)?.get(b)?.get(scope) ?? answers.get(b)?.get(a)?.get(scope)
}

function keepAnswer(scope: Scope, a: Function, b: Function, isShared: boolean): void {
  const others = answers.get(a) ?? new WeakMap<Function, Map<Scope, boolean>>()
  answers.set(a, others)
  const scopes = others.get(b) ?? new Map<Scope, boolean>()
  others.set(b, scopes)
  scopes.set(scope, isShared)
}

export class ScopeSharing {
  readonly #inspector: Inspector
  readonly #cells = new WeakMap<CapturedScope, Map<Binding, Cell>>()

  constructor(inspector: Inspector) {
    this.#inspector = inspector
  }

  /**
   * The candidate whose `bindings` are those of `closure`; undefined for none.
   * @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED when neither side can be entered
   */
  find(
    candidates: readonly CapturedScope[],
    closure: LiveFunction,
    bindings: readonly Binding[],
  ): CapturedScope | undefined {
    const known = candidates.map(({ scope, witness }) => knownAnswer(scope, witness.fn, closure.fn))
    if (known.includes(true)) return candidates[known.indexOf(true)]
    const open = candidates.filter((_, index) => known[index] === undefined)
    const found = open.length > 0 ? this.#ask(open, closure, bindings) : undefined
    for (const candidate of open) keepAnswer(candidate.scope, candidate.witness.fn, closure.fn, candidate === found)
    return found
  }

  #ask(
    candidates: readonly CapturedScope[],
    closure: LiveFunction,
    bindings: readonly Binding[],
  ): CapturedScope | undefined {
    const theirs = bindings.find(binding => candidates.every(({ witness }) => canProbe(witness.site, binding)))
    if (theirs) {
      const cells = candidates.map(candidate => this.#cellOf(candidate, theirs))
      return candidates[findSharedCell(cells, () => this.#read(closure, theirs))]
    }
    const own = bindings.find(binding => canProbe(closure.site, binding))
    if (own) {
      const cell = [enterCell(this.#inspector, closure, own)]
      return candidates.find(({ witness }) => findSharedCell(cell, () => this.#read(witness, own)) === 0)
    }
    throw unsupported(
      closure.script,
      closure.site.node.start,
      `it cannot be told whether it shares the variable \`${bindings[0]!.name}\` with another function in this pickle`,
      'Keep the variable in an object',
    )
  }

  #cellOf(scope: CapturedScope, binding: Binding): Cell {
    const cells = this.#cells.get(scope) ?? new Map<Binding, Cell>()
    this.#cells.set(scope, cells)
    const cell = cells.get(binding) ?? enterCell(this.#inspector, scope.witness, binding)
    cells.set(binding, cell)
    return cell
  }

  /** What a closure sees as `binding`, which need not be the only variable of that name around it. */
  #read({ fn, site }: LiveFunction, binding: Binding): unknown {
    const chain = alignScopes(this.#inspector.internalsOf(fn).scopes(), site.scope)
    return chain.find(({ scope }) => scope === binding.scope)?.variables[binding.name]
  }
}
