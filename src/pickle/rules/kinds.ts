/**
 * The objects of the language that have inner state: how each is made again, by the name of the prototype that brings it.
 *
 * A rule first makes sure that the value is genuine; `Object.create(Map.prototype)` is not. It reads inner state through this
 * realm's own methods, so neither subclasses nor other realms can get in between.
 */
import type { BufferTable } from '../buffers.ts'
import type { Plan } from '../plan.ts'
import { Global } from '../values.ts'
import { arrayBufferPlan, isView, viewKeys, viewPlan, viewTypes } from './binary.ts'
import { datePlan } from './dates.ts'
import { intlKinds } from './intl.ts'
import type { ReadOptions } from './properties.ts'

export interface Kind {
  /** Undefined when `value` is not genuine. `type` is the constructor's name. */
  plan(value: object, type: string, buffers: BufferTable): Plan | undefined
  /** How own properties are told from what creation gives. */
  own: ReadOptions
  /** The keys to look at where these are not all own keys. */
  keys?(value: object): readonly (string | symbol)[]
}

function getter(prototype: object, key: string): (value: object) => unknown {
  const get = Object.getOwnPropertyDescriptor(prototype, key)?.get ?? (() => undefined)
  return value => Reflect.apply(get, value, [])
}

/** The kind of a value that `read` accepts and a method of another object would refuse by throwing. */
function kind(plan: (value: object, type: string, buffers: BufferTable) => Plan, own: ReadOptions = {}): Kind {
  return {
    own,
    plan(value, type, buffers) {
      try {
        return plan(value, type, buffers)
      } catch (error) {
        // A TypeError is how inner-state methods refuse; anything else is about a genuine value.
        if (error instanceof TypeError) return undefined
        throw error
      }
    },
  }
}

function made(type: string, ...args: unknown[]): Plan {
  return { create: { callee: new Global('js', type), args } }
}

const map = kind(value => {
  const cells: unknown[] = []
  Map.prototype.forEach.call(value as Map<unknown, unknown>, (member, key) => cells.push(key, member))
  const segment = (index: number): string => mapSegment(cells[index - (index % 2)], index)
  const create = { callee: new Global('collections', 'OrderedDict'), args: [] }
  return { create, items: { cells, into: 'OrderedDict', segment } }
})

function mapSegment(key: unknown, index: number): string {
  if (index % 2 === 0) return ` → key ${index / 2}`
  return typeof key === 'string' ? `.get(${JSON.stringify(key)})` : ` → value ${(index - 1) / 2}`
}

const set = kind(value => {
  const cells: unknown[] = []
  Set.prototype.forEach.call(value as Set<unknown>, member => cells.push(member))
  return { create: 'set', items: { cells, into: 'set', segment: index => ` → member ${index}` } }
})

const source = getter(RegExp.prototype, 'source')
/** Each by itself: `flags` asks the object for them, which may not inherit them any more. */
const flags = ['hasIndices', 'global', 'ignoreCase', 'multiline', 'dotAll', 'unicode', 'unicodeSets', 'sticky'].map(
  (name, index): [string, (value: object) => unknown] => ['dgimsuvy'[index]!, getter(RegExp.prototype, name)],
)
const flagsOf = (value: object): string => flags.map(([flag, isSet]) => (isSet(value) === true ? flag : '')).join('')
const regExp: Kind = kind(value => made('RegExp', source(value), flagsOf(value)), {
  // lastIndex always exists; only one that moved or was made read-only is worth a word.
  skip: (key, property) => key === 'lastIndex' && property.value === 0 && property.writable === true,
})

const error: Kind = {
  own: { hidden: new Set(['message', 'stack', 'cause', 'errors']), read: 'stack' },
  plan: (value, type) => (isGenuineError(value) ? made(type) : undefined),
}

/** Without a tag of its own, only what an error constructor made prints as one. */
function isGenuineError(value: object): boolean {
  return Symbol.toStringTag in value || Object.prototype.toString.call(value) === '[object Error]'
}

const domException: Kind = {
  own: { hidden: new Set(['stack', 'cause']), read: 'stack' },
  plan: (value, type) => ('message' in value && 'name' in value ? made(type, value.message, value.name) : undefined),
}

function boxed(valueOf: (this: never) => unknown): Kind {
  return kind(value => made('Object', Reflect.apply(valueOf, value, [])))
}

const boxedString: Kind = {
  ...boxed(String.prototype.valueOf),
  own: { skip: key => key === 'length' || (typeof key === 'string' && /^(0|[1-9]\d*)$/.test(key)) },
}

/** Platform objects whose text says all. It is read through the platform's own class, as a subclass may have another. */
function byText(key: 'href' | 'toString'): Kind {
  return kind((value, type) => {
    const Class: unknown = Reflect.get(globalThis, type)
    const property = Object.getOwnPropertyDescriptor((Class as { prototype: object }).prototype, key)
    return made(type, Reflect.apply(property?.get ?? (property?.value as () => unknown), value, []))
  })
}

const arrayBuffer: Kind = kind(arrayBufferPlan)
const view: Kind = {
  own: {},
  keys: viewKeys,
  plan: (value, type, buffers) => (isView(value) ? viewPlan(value, type, buffers) : undefined),
}

export const kinds: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  // An object that only inherits from a function.
  ['Function', { own: {}, plan: () => undefined }],
  ['Map', map],
  ['Set', set],
  ['Date', kind(datePlan)],
  ['RegExp', regExp],
  ...['Error', 'TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'EvalError', 'URIError'].map(each),
  ...['AggregateError', 'SuppressedError'].map(each),
  ['DOMException', domException],
  ['Number', boxed(Number.prototype.valueOf)],
  ['Boolean', boxed(Boolean.prototype.valueOf)],
  ['Symbol', boxed(Symbol.prototype.valueOf)],
  ['BigInt', boxed(BigInt.prototype.valueOf)],
  ['String', boxedString],
  ['URL', byText('href')],
  ['URLSearchParams', byText('toString')],
  ...intlKinds,
  ['ArrayBuffer', arrayBuffer],
  ...viewTypes.map((type): [string, Kind] => [type, view]),
])

function each(type: string): [string, Kind] {
  return [type, error]
}
