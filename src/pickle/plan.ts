/**
 * What a rule decides about one object: how it is created, what it is then filled with. The encoder carries it out.
 *
 * Plans only describe. Everything in them is a value that the encoder pickles in turn.
 */
import type { ByteRange } from './buffers.ts'
import { Reduced, type Reduction } from './values.ts'

export interface Plan {
  create: 'list' | 'dict' | 'set' | ByteRange | Pick<Reduction, 'callee' | 'args' | 'newobj'>
  items?: Items
  /** For BUILD. */
  state?: unknown
  /** Called after all else, one after the other. */
  setters?: readonly Setter[]
}

/** Called as `callee(object, state)`. */
interface Setter {
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

/**
 * What a layer above has to add to an object that the rules make: `callee(object, ...args)` is called with what was created, and
 * what it returns is the object. Then it is filled, then `setters` are called, before those of the rules.
 */
export interface Addition {
  callee: unknown
  args: readonly unknown[]
  setters: readonly Setter[]
}

export function withAddition(plan: Plan, { callee, args, setters }: Addition): Plan {
  const create = { callee, args: [created(plan.create), ...args] }
  return { ...plan, create, setters: [...setters, ...(plan.setters ?? [])] }
}

/** A value that is written as the rule would begin the object. */
function created(create: Plan['create']): unknown {
  if (create === 'list') return []
  if (create === 'dict') return {}
  if (create === 'set') return new Set()
  return 'callee' in create ? new Reduced(create) : create
}
