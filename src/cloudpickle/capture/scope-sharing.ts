/**
 * Which of several scopes that look alike is the one around a closure, for when reading them cannot tell.
 *
 * Each scope is entered once through a closure of its own (see probe.ts); after that a question costs one reading of the scopes
 * of the closure that is asked about, however many scopes there are.
 */
import type { Binding } from '../source/lexical-scopes.ts'
import type { CapturedScope, LiveFunction } from './captured-scope.ts'
import { unsupported } from './free-variables.ts'
import type { Inspector } from './inspector.ts'
import { canProbe, enterCell, findSharedCell, type Cell } from './probe.ts'
import { alignScopes } from './scope-chain.ts'

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
