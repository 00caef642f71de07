/**
 * What a function has beyond its code: a name or length that its text does not give it, own properties, what was done to its
 * `prototype`, to its own prototype, to its integrity. All as property descriptors say it; no accessor is run.
 */
import { intrinsicName } from '../../pickle/index.ts'
import type { FunctionSite } from '../source/lexical-scopes.ts'
import type { AnyNode } from '../source/parse.ts'

/** Applied by revive/function-extras.ts. Each part stands only where the function differs from what its text makes. */
export interface FunctionExtras {
  name?: string
  length?: number
  /** Which of `name` and `length` were deleted. */
  deleted?: readonly ('name' | 'length')[]
  /** An object with the same own properties. */
  own?: object
  /** An object with the own properties of `fn.prototype`, whose `constructor` is the function. */
  members?: object
  /** The prototype of `fn.prototype`. */
  membersInherit?: object | null
  /** `fn.prototype` itself, where it is another object. */
  prototype?: unknown
  /** `fn.prototype` cannot be replaced. */
  isPrototypeFixed?: true
  /** The function's own prototype. */
  inherits?: object | null
  integrity?: 'closed' | 'sealed' | 'frozen'
}

export interface NaturalShape {
  readonly name: string
  readonly length: number
}

/** undefined for a function that is just what its text makes. */
export function functionExtras(fn: Function, natural: NaturalShape): FunctionExtras | undefined {
  const extras: FunctionExtras = {}
  const own = Object.getOwnPropertyDescriptors(fn) as Partial<Record<PropertyKey, PropertyDescriptor>>
  // V8 gives sloppy functions these two, which are null outside of a call.
  for (const key of ['arguments', 'caller']) delete own[key]
  const deleted = (['name', 'length'] as const).filter(key => own[key] === undefined)
  if (deleted.length > 0) extras.deleted = deleted
  if (takeUsual(own, 'name') && fn.name !== natural.name) extras.name = fn.name
  if (takeUsual(own, 'length') && fn.length !== natural.length) extras.length = fn.length
  const prototype = own['prototype']
  delete own['prototype']
  if (Reflect.ownKeys(own).length > 0) extras.own = Object.defineProperties({}, own as PropertyDescriptorMap)
  if (prototype) Object.assign(extras, prototypeExtras(fn, prototype.value))
  if (prototype?.writable === false) extras.isPrototypeFixed = true
  const inherits = Object.getPrototypeOf(fn) as object | null
  if (inherits === null || !intrinsicName(inherits)?.endsWith('Function.prototype')) extras.inherits = inherits
  const integrity = integrityOf(fn)
  if (integrity) extras.integrity = integrity
  return Object.keys(extras).length > 0 ? extras : undefined
}

/** The name and length that the text of a function gives it. */
export function naturalOf({ code, node }: FunctionSite): NaturalShape {
  const member = node as AnyNode
  const own = member.type === 'Property' ? member.key : 'id' in code ? code.id : null
  const name = own?.type === 'Identifier' ? own.name : own?.type === 'Literal' ? String(own.value) : ''
  return { name, length: naturalLength(code) }
}

/** The `length` that the parameters of a function, or of a class's constructor, give it. */
export function naturalLength(code: AnyNode): number {
  if (code.type === 'ClassDeclaration' || code.type === 'ClassExpression') {
    const made = code.body.body.find(member => member.type === 'MethodDefinition' && member.kind === 'constructor')
    return made && 'value' in made ? naturalLength(made.value as AnyNode) : 0
  }
  const parameters = 'params' in code ? (code.params as AnyNode[]) : []
  const optional = parameters.findIndex(({ type }) => type === 'AssignmentPattern' || type === 'RestElement')
  return optional < 0 ? parameters.length : optional
}

export function integrityOf(object: object): FunctionExtras['integrity'] {
  if (Object.isFrozen(object)) return 'frozen'
  if (Object.isSealed(object)) return 'sealed'
  return Object.isExtensible(object) ? undefined : 'closed'
}

/** Takes a property away that has the attributes which functions are made with. */
function takeUsual(own: Partial<Record<PropertyKey, PropertyDescriptor>>, key: 'name' | 'length'): boolean {
  const { value, writable, enumerable, configurable } = own[key] ?? {}
  const isUsual = ['string', 'number'].includes(typeof value) && !writable && !enumerable && configurable === true
  if (isUsual) delete own[key]
  return isUsual
}

function prototypeExtras(fn: Function, prototype: unknown): FunctionExtras {
  if (typeof prototype !== 'object' || prototype === null) return { prototype }
  const members: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(prototype)
  const parent = Object.getPrototypeOf(prototype) as object | null
  const isGenerators = parent !== null && /^(Async)?Generator/.test(intrinsicName(parent) ?? '')
  const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  if (constructor !== fn && !isGenerators) return { prototype }
  if (!isGenerators) Reflect.deleteProperty(members, 'constructor')
  const extras: FunctionExtras = {}
  if (Reflect.ownKeys(members).length > 0) extras.members = Object.defineProperties({}, members)
  if (!isGenerators && parent !== Object.prototype) extras.membersInherit = parent
  return extras
}

/** An object with what a class's prototype has beside its constructor; undefined for nothing. */
export function membersOf(fn: Function): object | undefined {
  const prototype: unknown = Object.getOwnPropertyDescriptor(fn, 'prototype')?.value
  if (typeof prototype !== 'object' || prototype === null) return undefined
  const { constructor: _, ...members } = Object.getOwnPropertyDescriptors(prototype)
  return Reflect.ownKeys(members).length > 0 ? Object.defineProperties({}, members) : undefined
}
