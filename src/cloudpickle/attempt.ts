/**
 * One attempt at writing a pickle: what is known of it so far, and the capture that its functions share.
 *
 * Some things turn out only after they were needed: that a value has a name, that two functions share a scope. Then the attempt ends,
 * and the next one knows them from its beginning.
 */
import { Tuple, type Late, type Reduction } from '../pickle/index.ts'
import { Capture } from './capture/capture.ts'
import type { CapturedScope } from './capture/captured-scope.ts'
import { CapturedSizes } from './capture/captured-sizes.ts'
import type { CapturedFunction, CapturedVariable } from './capture/closure.ts'
import type { CodeUnit } from './capture/code-unit.ts'
import type { FunctionReference } from './capture/function-reference.ts'
import type { ScriptVariables } from './capture/script-variables.ts'
import { WeakContents, type Written } from './capture/weak-contents.ts'

type Names = ReadonlyMap<object | symbol, FunctionReference>

/** Ends an attempt in which something was written before all was known about it. */
export class KnownTooLate extends Error {
  /** Values that were written although they have names. */
  readonly named: Names

  constructor(named: Names) {
    super('What was written is better known now.')
    this.named = named
  }
}

/** A program that makes other functions in each attempt may not keep it from ending. */
const mostAttempts = 4

export class Attempt {
  readonly sizes = new CapturedSizes()
  readonly weak: WeakContents
  /** The modules that the other end will evaluate. */
  readonly modules = new Set<string | Late>()
  /** What modules are called, by target. */
  readonly names = new Map<string, string | Late>()
  /** Symbols without a name. */
  readonly symbols = new Set<symbol>()
  /** Of functions that are made with values that may hold them: a second visit has to give the same answer. */
  readonly cyclic = new Map<Function, Reduction>()
  /** Classes by value, and whether what comes back of them can be made here. */
  readonly sent = new Map<Function, boolean>()
  /** Classes that can make instances with private members again. */
  readonly blank = new Set<Function>()
  readonly #written: Written
  readonly #known: Names
  readonly #number: number
  readonly #variables = new Map<CapturedScope | CodeUnit | ScriptVariables, Set<string>>()
  #capture: Capture | undefined

  /** `written` tells of the pickle; `known` are values whose names the attempts before this one, the `number`th, have found. */
  constructor(written: Written, known: Names = new Map(), number = 1) {
    this.weak = new WeakContents(written)
    this.#written = written
    this.#known = known
    this.#number = number
  }

  /** @throws ModulePickleError ERR_INSPECTOR_UNAVAILABLE where nothing can be captured */
  get capture(): Capture {
    return (this.#capture ??= this.#open())
  }

  /** The reference for an object or symbol that a variable of a module holds. */
  heldValue(value: object | symbol): FunctionReference | undefined {
    // Nothing has a name before a function turns up, except for what did so in an attempt before.
    const capture = this.#known.size > 0 ? this.capture : this.#capture
    return capture?.heldValue(value)
  }

  /** What a function is made with, beyond its scope. */
  given({ given }: CapturedFunction): unknown[] {
    return given.map(([name, value]) => this.sizes.measured(value, name))
  }

  /** The variables that a function brings: each travels once, with the first function that uses it. */
  brought(variables: readonly CapturedVariable[]): Tuple[] {
    const brought: Tuple[] = []
    for (const { owner, name, value } of variables) {
      if (this.#isFresh(owner, name)) brought.push(new Tuple([owner, name, this.sizes.measured(value, name)]))
    }
    return brought
  }

  /**
   * To be called when all of the value has been written.
   * @throws KnownTooLate, ModulePickleError ERR_CAPTURE_UNSUPPORTED
   */
  complete(): void {
    if (!this.#capture) return
    this.#capture.refuseStamped(object => this.#written.indexOf(object) !== undefined)
    const named = this.#capture.namedTooLate(this.symbols)
    if (this.#capture.decideSharing() || named.size > 0) throw new KnownTooLate(named)
  }

  /** Call when it is over, also when it has failed. */
  close(): void {
    this.#capture?.close(this.sizes.areNoticeable)
  }

  /** The next attempt, once this one is closed. */
  next({ named }: KnownTooLate): Attempt {
    return new Attempt(this.#written, new Map([...this.#known, ...named]), this.#number + 1)
  }

  #open(): Capture {
    const isWritten = (value: object | symbol): boolean => this.#written.indexOf(value) !== undefined
    return new Capture(this.#known, isWritten, this.#number < mostAttempts)
  }

  #isFresh(owner: CapturedVariable['owner'], name: string): boolean {
    const names = this.#variables.get(owner) ?? new Set()
    this.#variables.set(owner, names)
    if (names.has(name)) return false
    names.add(name)
    return true
  }
}
