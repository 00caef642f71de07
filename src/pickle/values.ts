/**
 * What a Pickler accepts besides JavaScript values: references by name, tuples, labels, strings known only at the end.
 *
 * Layers above build these; the encoder writes them. They hold data only and never touch the pickle themselves.
 */

/** Every class of this file. */
export abstract class Term {
  abstract readonly term: string
  /** A private member: asking for it runs no code of the value, as `instanceof` would with a Proxy. */
  // oxlint-disable-next-line eslint/no-unused-private-class-members
  readonly #isTerm = true

  static is(value: object): value is Term {
    return #isTerm in value
  }
}

/** A string whose text is known only when the rest of the pickle has been written: a snapshot id, generated code. */
export class Late extends Term {
  override readonly term = 'late'
  readonly text: () => string

  /** `text` is called once, when the body is complete, before the preamble is asked for. */
  constructor(text: () => string) {
    super()
    this.text = text
  }
}

/** A reference by name: STACK_GLOBAL. Within a pickle an equal (module, name) is written once. */
export class Global extends Term {
  override readonly term = 'global'
  readonly module: string | Late
  readonly name: string

  constructor(module: string | Late, name: string) {
    super()
    this.module = module
    this.name = name
  }
}

/** A Python tuple: structure for reductions. It adds no segment to error paths and is read back as an Array. */
export class Tuple extends Term {
  override readonly term = 'tuple'
  readonly items: readonly unknown[]

  constructor(items: readonly unknown[]) {
    super()
    this.items = items
  }
}

/** Pickles as `value` does; error paths through it get `segment` appended, such as ` → captured n`. */
export class Labelled extends Term {
  /** Told how many bytes the value took, with the path to it, when it has been written. */
  written?(sizeBytes: number, path: () => string): void

  override readonly term = 'labelled'
  readonly value: unknown
  readonly segment: string

  constructor(value: unknown, segment: string) {
    super()
    this.value = value
    this.segment = segment
  }
}

/** A Python dict with string keys, given as [key, value, key, value, …], for where no JavaScript object exists. */
export class Dict extends Term {
  override readonly term = 'dict'
  readonly cells: readonly unknown[]

  constructor(cells: readonly unknown[]) {
    super()
    this.cells = cells
  }
}

/** Python bytes. Read back as a Uint8Array. */
export class Bytes extends Term {
  override readonly term = 'bytes'
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    super()
    this.bytes = bytes
  }
}

/** A value that exists only in the pickle: what `reduction` makes there. One Reduced is one object. */
export class Reduced extends Term {
  override readonly term = 'reduced'
  readonly reduction: Reduction

  constructor(reduction: Reduction) {
    super()
    this.reduction = reduction
  }
}

/**
 * How to make an object on the other end, as CPython's reduce value (`object.__reduce__`).
 *
 * The object is memoized right after `callee(...args)`, so `state` may refer back to it. Cycles through `args` work where
 * some object between can be made first, as in CPython.
 */
export interface Reduction {
  /** Usually a Global; whatever it is, it is pickled and must be a function on the other end. */
  callee: unknown
  args: readonly unknown[]
  /** NEWOBJ instead of REDUCE: an object with `callee.prototype`, without running its constructor. */
  newobj?: boolean
  /** Applied with BUILD, or by `stateSetter(object, state)`. */
  state?: unknown
  stateSetter?: unknown
}
