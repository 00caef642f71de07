/**
 * The memo of a pickle being written: what is in it already, so that it is written once and referred to from then on.
 *
 * Indices count from 0 in the order of MEMOIZE, as readers do. Global names are memoized like values, by module and name.
 */
import { op } from './opcodes.ts'
import type { Output } from './output.ts'
import type { Global, Late } from './values.ts'

export class WriteMemo {
  readonly #out: Output
  readonly #isKept: boolean
  readonly #indices = new Map<unknown, number>()
  readonly #globals = new Map<string | Late, Map<string, number>>()
  #size = 0

  /** Without `isKept` nothing is remembered. */
  constructor(out: Output, isKept: boolean) {
    this.#out = out
    this.#isKept = isKept
  }

  /** undefined for what has not been written. */
  indexOf(key: unknown): number | undefined {
    return this.#indices.get(key)
  }

  indexOfGlobal({ module, name }: Global): number | undefined {
    return this.#globals.get(module)?.get(name)
  }

  /** Remembers what is on top of the stack as the value of `key`. */
  memoize(key: unknown): void {
    if (!this.#isKept) return
    this.#indices.set(key, this.#size++)
    this.#out.op(op.MEMOIZE)
  }

  memoizeGlobal({ module, name }: Global): void {
    if (!this.#isKept) return
    const named = this.#globals.get(module) ?? new Map<string, number>()
    this.#globals.set(module, named)
    named.set(name, this.#size++)
    this.#out.op(op.MEMOIZE)
  }

  /** Makes `key` another way to what is remembered. */
  alias(key: unknown, index: number): void {
    this.#indices.set(key, index)
  }

  /** Writes a reference to what is remembered. */
  recall(index: number): void {
    if (index < 256) this.#out.uint1(op.BINGET, index)
    else this.#out.int4(op.LONG_BINGET, index)
  }
}
