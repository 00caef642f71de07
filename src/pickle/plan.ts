/**
 * What a rule decides about one object: how it is created, what it is then filled with. The encoder carries it out.
 *
 * Plans only describe. Everything in them is a value that the encoder pickles in turn.
 */
import type { ByteRange } from './buffers.ts'
import type { Reduction } from './values.ts'

export interface Plan {
  create: 'list' | 'dict' | 'set' | ByteRange | Pick<Reduction, 'callee' | 'args' | 'newobj'>
  items?: Items
  /** For BUILD. */
  state?: unknown
  /** Called after all else, one after the other. */
  setters?: readonly Setter[]
}

/** Called as `callee(object, state)`. */
export interface Setter {
  callee: unknown
  state: unknown
}

/** Members of a container, flat: a list's items, a dict's keys and values in turn. */
export interface Items {
  cells: ArrayLike<unknown>
  into: 'list' | 'dict' | 'set' | 'OrderedDict'
  /** What the cell adds to an error path. */
  segment(index: number): string
}

/** `.name`, or `["other key"]`, or `[Symbol(x)]`. */
export function keySegment(key: string | symbol): string {
  if (typeof key === 'symbol') return `[${String(key)}]`
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

/** A reduction as a plan. */
export function planOf({ callee, args, newobj, state, stateSetter }: Reduction): Plan {
  const plan: Plan = { create: { callee, args, newobj: newobj === true } }
  if (state === undefined) return plan
  if (stateSetter === undefined) return { ...plan, state }
  return { ...plan, setters: [{ callee: stateSetter, state }] }
}
