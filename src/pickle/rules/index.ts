/**
 * The built-in rules: what to write for an object that no hook, no reducer and no name has claimed.
 *
 * Input: the object and the dump's buffers. Output: a plan, or ERR_UNPICKLABLE. Never runs code of the object's class.
 */
import type { BufferTable } from '../buffers.ts'
import { intrinsicAncestorName, intrinsicName } from '../intrinsics.ts'
import type { Items, Plan } from '../plan.ts'
import { keySegment, planOf } from '../plan.ts'
import { classOfPrototype } from '../registry.ts'
import { Dict, Global, Labelled, type Reduction } from '../values.ts'
import { arrayPlan } from './arrays.ts'
import { kinds } from './kinds.ts'
import { readProperties, withUnusual } from './properties.ts'
import { refuse, refuseDeepChain } from './refusals.ts'

const objectCreate = new Global('js', 'Object.create')
const prototypeOf = new Global('js', 'prototypeOf')

/**
 * How to make an object of which the language gives no way to read the state: a promise, a WeakMap. `intrinsic` is the name of
 * the prototype that brings the state, without `.prototype`. Undefined refuses the object; `none` says that it has no such state.
 */
export type InnerState = (value: object, intrinsic: string) => InnerReduction | 'none' | undefined

export interface InnerReduction extends Reduction {
  /** Own properties that are not the program's. */
  readonly ignores?: (key: string | symbol) => boolean
}

/** `disguise` names the intrinsic that the object has its inner state of, where it does not inherit from that. */
export function planFor(value: object, buffers: BufferTable, innerState?: InnerState, disguise?: string): Plan {
  const prototype: object | null = Object.getPrototypeOf(value)
  if (Array.isArray(value)) {
    const usual = prototype === Array.prototype || isNamed(prototype, 'Array.prototype')
    return arrayPlan(value, usual ? undefined : prototype)
  }
  const isPlain = prototype === Object.prototype || isNamed(prototype, 'Object.prototype')
  if (isPlain && disguise === undefined) return plainObjectPlan(value)
  const ancestor = disguise === undefined ? nearestIntrinsic(prototype) : { prototype: undefined, name: disguise }
  if (ancestor === undefined || /^(Object|Array)\.prototype$/.test(ancestor.name)) return ordinaryPlan(value, prototype)
  const type = ancestor.name.replace(/\.prototype$/, '')
  const kind = kinds.get(type)
  if (kind === undefined && classOfPrototype(value)) return ordinaryPlan(value, prototype)
  const reduction = kind === undefined ? innerState?.(value, type) : undefined
  if (reduction === 'none') return ordinaryPlan(value, prototype)
  if (kind === undefined && reduction === undefined) return refuse(value, type)
  const plan = reduction === undefined ? kind?.plan(value, type, buffers) : planOf(reduction)
  if (plan === undefined) return ordinaryPlan(value, prototype)
  const custom = prototype === ancestor.prototype ? undefined : prototype
  const options = kind?.own ?? (reduction?.ignores ? { skip: reduction.ignores } : {})
  const own = readProperties(value, kind?.keys?.(value) ?? Reflect.ownKeys(value), options)
  const filled = own.plain.length === 0 ? plan : { ...plan, state: new Dict(own.plain) }
  return withUnusual(filled, own, custom)
}

function isNamed(object: object | null, name: string): boolean {
  return object !== null && intrinsicName(object) === name
}

function nearestIntrinsic(prototype: object | null): { prototype: object; name: string } | undefined {
  for (let each = prototype; each !== null; each = Object.getPrototypeOf(each) as object | null) {
    const name = each === prototype ? intrinsicName(each) : intrinsicAncestorName(each)
    if (name !== undefined) return { prototype: each, name }
  }
  return undefined
}

function plainObjectPlan(value: object): Plan {
  const cls = classOfPrototype(value)
  if (cls !== undefined) return { create: { callee: prototypeOf, args: [cls] } }
  const own = readProperties(value, Reflect.ownKeys(value), {})
  return withUnusual({ create: 'dict', items: dictItems(own.plain) }, own)
}

/** An object whose state is its own properties: of a class, without a prototype, or with some object as prototype. */
function ordinaryPlan(value: object, prototype: object | null): Plan {
  refuseDeepChain(prototype)
  const asPrototype = classOfPrototype(value)
  if (asPrototype !== undefined) return { create: { callee: prototypeOf, args: [asPrototype] } }
  const own = readProperties(value, Reflect.ownKeys(value), {})
  const cls = prototype === null || intrinsicName(prototype) !== undefined ? undefined : classOfPrototype(prototype)
  if (cls !== undefined) {
    const created: Plan = { create: { callee: cls, args: [], newobj: true } }
    return withUnusual(own.plain.length === 0 ? created : { ...created, state: new Dict(own.plain) }, own)
  }
  const args = [prototype === null ? null : new Labelled(prototype, '.[[Prototype]]')]
  return withUnusual({ create: { callee: objectCreate, args }, items: dictItems(own.plain) }, own)
}

export function dictItems(cells: ArrayLike<unknown>): Items {
  return { cells, into: 'dict', segment: index => keySegment(cells[index - (index % 2)] as string) }
}
