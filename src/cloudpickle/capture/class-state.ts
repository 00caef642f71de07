/**
 * What a live class has beyond what its text makes: static members, what it extends, methods that were added, changed, wrapped
 * or deleted, attributes. As property descriptors say it; no accessor is run.
 */
import { intrinsicName } from '../../pickle/index.ts'
import type { ClassMember, ClassShape } from './class-shape.ts'
import { integrityOf, type FunctionExtras, type NaturalShape } from './function-extras.ts'

/** Applied by revive/classes.ts. Each part stands only where the class differs from what its text makes. */
export interface ClassState {
  name?: string
  length?: number
  /** An object with all own properties of the class, but `prototype`, in order. */
  own?: object
  /** An object with all own properties of the class's prototype, in order. */
  members?: object
  /** What the class and its prototype inherit from. */
  inherits?: readonly [cls: object | null, prototype: object | null]
  integrity?: FunctionExtras['integrity']
  membersIntegrity?: FunctionExtras['integrity']
  /** The static private fields, by name. */
  privates?: Readonly<Record<string, unknown>>
}

/** The member that the text of the class made `fn` as, if it did and nothing was done to the function since. */
export type NaturalMember = (fn: Function) => ClassMember | undefined

type Properties = Partial<Record<PropertyKey, PropertyDescriptor>>

/** undefined for a class that is just what its text makes. */
export function classState(
  cls: Function,
  shape: ClassShape,
  natural: NaturalShape & { readonly isDerived: boolean },
  memberOf: NaturalMember,
): ClassState | undefined {
  const state: ClassState = {}
  const prototype = cls.prototype as object
  const members = [...shape.members.values()]
  const own = Object.getOwnPropertyDescriptors(cls) as unknown as Properties
  const usual = { name: isUsual(own, 'name', members), length: isUsual(own, 'length', members) }
  const made = expected(members, true, ['length', 'name', 'prototype'])
  const skipped = new Set(['prototype', ...(usual.name ? ['name'] : []), ...(usual.length ? ['length'] : [])])
  if (!isAsMade(own, made, skipped, memberOf)) {
    delete own['prototype']
    state.own = Object.defineProperties({}, own as PropertyDescriptorMap)
  } else {
    if (usual.name && cls.name !== natural.name) state.name = cls.name
    if (usual.length && cls.length !== natural.length) state.length = cls.length
  }
  const ofPrototype = Object.getOwnPropertyDescriptors(prototype) as Properties
  const isOwner = isConstructor(Object.getOwnPropertyDescriptor(prototype, 'constructor'), cls)
  if (
    !isOwner ||
    !isAsMade(ofPrototype, expected(members, false, ['constructor']), new Set(['constructor']), memberOf)
  ) {
    state.members = Object.defineProperties({}, ofPrototype as PropertyDescriptorMap)
  }
  const parents = [Object.getPrototypeOf(cls), Object.getPrototypeOf(prototype)] as [object | null, object | null]
  if (!areUsualParents(parents, natural.isDerived)) state.inherits = parents
  const integrity = integrityOf(cls)
  if (integrity) state.integrity = integrity
  const membersIntegrity = integrityOf(prototype)
  if (membersIntegrity) state.membersIntegrity = membersIntegrity
  return Object.keys(state).length > 0 ? state : undefined
}

/** What a text makes by key, in the order in which it stands on the object. */
type Expected = Record<PropertyKey, { [Part in ClassMember['part']]?: ClassMember }>

function expected(members: readonly ClassMember[], isStatic: boolean, first: readonly string[]): Expected {
  const made = Object.fromEntries(first.map(key => [key, {}])) as unknown as Expected
  for (const member of members) {
    if (member.isStatic !== isStatic) continue
    const { get, set } = Object.hasOwn(made, member.key) ? made[member.key]! : {}
    const halves = { ...(get && { get }), ...(set && { set }) }
    const entry = member.part === 'value' ? { value: member } : { ...halves, [member.part]: member }
    Object.defineProperty(made, member.key, { value: entry, enumerable: true, configurable: true, writable: true })
  }
  return made
}

function isAsMade(
  own: Properties,
  made: Expected,
  skipped: ReadonlySet<PropertyKey>,
  memberOf: NaturalMember,
): boolean {
  const keys = Reflect.ownKeys(own)
  const wanted = Reflect.ownKeys(made)
  if (keys.length !== wanted.length || keys.some((key, index) => key !== wanted[index])) return false
  return keys.every(key => skipped.has(key) || isMade(own[key]!, made[key]!, memberOf))
}

function isMade(property: PropertyDescriptor, made: Expected[string], memberOf: NaturalMember): boolean {
  if (property.enumerable || !property.configurable || property.writable === false) return false
  return (['value', 'get', 'set'] as const).every(part => {
    const fn: unknown = property[part]
    return made[part] === undefined ? fn === undefined : typeof fn === 'function' && memberOf(fn) === made[part]
  })
}

/** `name` and `length` as classes are made with them; a static member may stand in their place. */
function isUsual(own: Properties, key: 'name' | 'length', members: readonly ClassMember[]): boolean {
  if (members.some(member => member.isStatic && member.key === key)) return false
  const { value, writable, enumerable, configurable } = own[key] ?? {}
  return ['string', 'number'].includes(typeof value) && !writable && !enumerable && configurable === true
}

function isConstructor(property: PropertyDescriptor | undefined, cls: Function): boolean {
  return property?.value === cls && property.writable === true && !property.enumerable && property.configurable === true
}

/** The text makes a derived class as one of null, see left-behind.ts. */
function areUsualParents([cls, prototype]: readonly [object | null, object | null], isDerived: boolean): boolean {
  const isFunction = cls !== null && intrinsicName(cls) === 'Function.prototype'
  if (!isFunction) return false
  return isDerived ? prototype === null : prototype !== null && intrinsicName(prototype) === 'Object.prototype'
}
