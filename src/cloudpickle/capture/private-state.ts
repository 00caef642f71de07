/**
 * The private state of live objects: which classes gave them private names, and what the fields hold.
 *
 * Input: an object or a class. Output: cells by class. The ways in are those that a shipped class hands out, else functions made
 * in the frame of one of the class's own functions (see probe.ts), else what the inspector lists. No code of the class runs.
 */
import { ModulePickleError } from '../../errors.ts'
import { classOfPrototype } from '../../pickle/index.ts'
import { handedOut, type PrivateAccess } from '../revive/private-access.ts'
import type { FunctionSite, Scope } from '../source/lexical-scopes.ts'
import { accessText, noNames, privateNames, type PrivateNames } from '../source/private-access.ts'
import type { Inspector } from './inspector.ts'
import type { LiveFunctions } from './live-functions.ts'
import { canEnter } from './enterable.ts'
import { evaluateInFrame } from './probe.ts'

export interface PrivateCellValue {
  readonly cls: Function
  /** With its `#`. */
  readonly name: string
  readonly value: unknown
}

export interface PrivateState {
  /** The root of the chain first. */
  readonly classes: readonly Function[]
  readonly cells: readonly PrivateCellValue[]
}

/** Whether some class in the chain of an object may have private names. Asks nobody but the classes' text. */
export function mayHavePrivates(object: object): boolean {
  return chainOf(object).some(mentionsPrivates)
}

/** Kept for as long as the class: a second dump enters no frame. */
const ways = new WeakMap<Function, PrivateAccess>()

export class PrivateStates {
  readonly #inspector: Inspector
  readonly #functions: LiveFunctions

  constructor(inspector: Inspector, functions: LiveFunctions) {
    this.#inspector = inspector
    this.#functions = functions
  }

  /**
   * The private state of an instance; undefined for an object that has none.
   * @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED where it cannot be read
   */
  ofInstance(object: object): PrivateState | undefined {
    const classes: Function[] = []
    const cells: PrivateCellValue[] = []
    for (const cls of chainOf(object).filter(mentionsPrivates)) {
      const names = this.#namesOf(cls)
      if (names.brand === undefined) continue
      const access = this.#accessOf(cls, names, object)
      if (!access.has(object)) continue
      classes.push(cls)
      cells.push(...this.#read(cls, names.fields, access, object))
    }
    return classes.length > 0 ? { classes, cells } : undefined
  }

  /** Whether instances of `cls` have private names from it. */
  arePutBy(cls: Function): boolean {
    return mentionsPrivates(cls) && this.#namesOf(cls).brand !== undefined
  }

  /** Whether an object has the private names of instances of `cls`. */
  hasNamesOf(cls: Function, object: object): boolean {
    return this.#accessOf(cls, this.#namesOf(cls), cls).has(object)
  }

  /** The static private fields of a class. @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED where they cannot be read */
  ofClass(cls: Function): readonly PrivateCellValue[] {
    if (!mentionsPrivates(cls)) return []
    const names = this.#namesOf(cls)
    if (names.staticFields.length === 0) return []
    return this.#read(cls, names.staticFields, this.#accessOf(cls, names, cls), cls)
  }

  /** Ways to read and write the private fields of instances of a class, where some function of the class can be entered. */
  accessTo(cls: Function): PrivateAccess | undefined {
    const known = ways.get(cls)
    const found = known ?? this.#enter(cls, this.#namesOf(cls))
    if (found) ways.set(cls, found)
    return found
  }

  #read(cls: Function, fields: readonly string[], access: PrivateAccess, object: object): PrivateCellValue[] {
    return fields.map(name => {
      const cell = access.cells[name]!
      if (cell.has(object)) return { cls, name, value: cell.get(object) }
      throw unreadable(cls, name, 'it has not been initialised yet')
    })
  }

  #namesOf(cls: Function): PrivateNames {
    const live = this.#functions.find(cls)
    return live ? privateNames(live.site.code) : noNames
  }

  #accessOf(cls: Function, names: PrivateNames, object: object): PrivateAccess {
    const access = handedOut(cls)?.access ?? this.accessTo(cls)
    return access ?? this.#enter(cls, names, object) ?? this.#inspected(cls, names)
  }

  /** Through a function in which the private names mean those of the class. */
  #enter(cls: Function, names: PrivateNames, object?: object): PrivateAccess | undefined {
    const code = this.#functions.find(cls)?.site.code
    for (const fn of functionsOf([cls, cls.prototype as object, ...(object ? [object] : [])])) {
      const live = this.#functions.find(fn)
      if (!live || !canEnter(live.site) || classAround(live.site)?.node !== code) continue
      return evaluateInFrame(this.#inspector, live, `(${accessText(names, names.all)})`) as PrivateAccess
    }
    return undefined
  }

  /** Where no function can be entered. Names that two classes declare are not told apart by this. */
  #inspected(cls: Function, names: PrivateNames): PrivateAccess {
    const listed = (object: object, name: string): readonly { value: unknown }[] => {
      const found = this.#inspector.privatesOf(object).filter(each => each.name === name)
      if (found.length > 1) throw unreadable(cls, name, 'another class of the object has a field of that name')
      return found
    }
    const cells = [...names.fields, ...names.staticFields].map(name => [
      name,
      {
        has: (object: object) => listed(object, name).length > 0,
        get: (object: object) => listed(object, name)[0]?.value,
        set: () => undefined,
      },
    ])
    return {
      has: object => listed(object, names.brand!).length > 0,
      cells: Object.fromEntries(cells) as PrivateAccess['cells'],
    }
  }
}

const mentions = new WeakMap<Function, boolean>()

/** A hash in the text of a class may be anything; without one there are no private names. */
function mentionsPrivates(cls: Function): boolean {
  const known = mentions.get(cls) ?? /#[\p{ID_Start}$_\\]/u.test(Function.prototype.toString.call(cls))
  mentions.set(cls, known)
  return known
}

/** The classes that an object is an instance of, the root first. */
function chainOf(object: object): Function[] {
  const classes: Function[] = []
  let prototype = Object.getPrototypeOf(object) as object | null
  for (
    ;
    prototype !== null && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype) as object | null
  ) {
    const cls = classOfPrototype(prototype)
    if (cls) classes.unshift(cls as Function)
  }
  return classes
}

function* functionsOf(owners: readonly object[]): Generator<Function> {
  for (const owner of owners) {
    for (const property of Object.values(Object.getOwnPropertyDescriptors(owner)) as PropertyDescriptor[]) {
      for (const fn of [property.value, property.get, property.set] as unknown[]) if (typeof fn === 'function') yield fn
    }
  }
}

/** The class whose private names a function sees first. */
function classAround({ scope }: FunctionSite): Scope | undefined {
  let around: Scope | undefined = scope
  while (around && around.node.type !== 'ClassDeclaration' && around.node.type !== 'ClassExpression')
    around = around.parent
  return around
}

function unreadable(cls: Function, name: string, why: string): ModulePickleError {
  return new ModulePickleError(
    'ERR_CAPTURE_UNSUPPORTED',
    `The private field ${name} of ${cls.name} cannot be read: ${why}. Send the data it is made of instead.`,
  )
}
