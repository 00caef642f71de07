/**
 * Instances with private state: made without running a constructor or an initialiser, then filled.
 *
 * A private name can be put on an object only by its class's constructor. Those of shipped classes can be told to do that and
 * nothing else; for others see capture/blank-instances.ts. What a derived class is to add its names to is what the constructor of
 * its parent returns.
 */
import { ModulePickleError } from '../../errors.ts'
import { LiveFunctions } from '../capture/live-functions.ts'
import { PrivateClasses } from '../capture/private-classes.ts'
import { PrivateStates } from '../capture/private-state.ts'
import { openSession } from '../capture/session.ts'
import { handedOut, handOut, type PrivateAccess } from './private-access.ts'
import { privateViews, type PrivateViews } from './private-views.ts'

type Cell = readonly [cls: Function, name: string, value: unknown]

/** How an instance of one class is made: constructs with the arguments, for `newTarget`. */
interface Maker {
  readonly isDerived: boolean
  readonly parameters: number
  /** Returns the instance, unless the class is a derived one: then it is what its parent returned. */
  construct(args: readonly unknown[], newTarget: Function): unknown
}

/** Serves one load. */
export class PrivateStateReviver {
  #classes: PrivateClasses | undefined

  /**
   * `object` with the private names of `classes`, the root of the chain first. For a root that extends nothing it is another
   * object, with the prototype of `object`.
   * @throws ModulePickleError ERR_GLOBAL_UNKNOWN
   */
  readonly blank = (object: object, classes: readonly Function[]): object => {
    let made = object
    for (const cls of classes) made = addNames(made, cls, this.#makerOf(cls))
    return made
  }

  readonly setPrivates = (object: object, cells: readonly Cell[]): void => {
    for (const [cls, name, value] of cells) cellOf(this.#accessOf(cls), cls, name).set(object, value)
  }

  /** Views of the private members of a class, which may be one that runs here and was never changed. */
  readonly views = (cls: Function): PrivateViews => {
    const access = handedOut(cls) ? undefined : this.#looking().accessTo(cls)
    if (access) handOut(cls, { access })
    return privateViews(cls)
  }

  /** Call when the load is over, also one that failed. */
  close(): void {
    if (this.#classes) openSession().inspector.release(false)
  }

  #makerOf(cls: Function): Maker {
    const handed = handedOut(cls)
    const unchanged = handed?.blank ? undefined : this.#looking().unchanged(cls)
    if (unchanged) return unchanged
    if (!handed?.blank) return missing(cls)
    const { blank, isDerived = false, parameters = 0 } = handed
    const construct = (args: readonly unknown[], newTarget: Function): object => {
      blank(true)
      try {
        return Reflect.construct(cls, args, newTarget) as object
      } finally {
        blank(false)
      }
    }
    return { isDerived, parameters, construct }
  }

  #accessOf(cls: Function): PrivateAccess | undefined {
    return handedOut(cls)?.access ?? this.#looking().accessTo(cls)
  }

  /** @throws ModulePickleError ERR_INSPECTOR_UNAVAILABLE */
  #looking(): PrivateClasses {
    if (this.#classes) return this.#classes
    const session = openSession()
    const functions = new LiveFunctions(session)
    const states = new PrivateStates(session.inspector, functions)
    return (this.#classes = new PrivateClasses(session.inspector, functions, states))
  }
}

/** Static private fields, which only classes by value get. */
export function setStaticPrivates(cls: Function, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) cellOf(handedOut(cls)?.access, cls, name).set(cls, value)
}

function cellOf(access: PrivateAccess | undefined, cls: Function, name: string): PrivateAccess['cells'][string] {
  return access?.cells[name] ?? missing(cls)
}

function addNames(object: object, cls: Function, { isDerived, parameters, construct }: Maker): object {
  const args = Array.from({ length: parameters }, () => anything)
  const before = new Set(Reflect.ownKeys(object))
  const parent = Object.getPrototypeOf(cls) as object | null
  let made: object
  try {
    if (isDerived) Object.setPrototypeOf(cls, returning(object))
    const built = construct(args, isDerived ? cls : withPrototype(Object.getPrototypeOf(object) as object | null))
    made = isDerived ? object : (built as object)
  } finally {
    if (isDerived) Object.setPrototypeOf(cls, parent)
  }
  // Fields that are public were defined, too; what they hold comes later, in its order. The last one first: that is fast.
  for (const key of Reflect.ownKeys(made).reverse()) if (!before.has(key)) Reflect.deleteProperty(made, key)
  return made
}

function returning(object: object): Function {
  return function () {
    return object
  }
}

function withPrototype(prototype: object | null): Function {
  function target(): void {}
  target.prototype = prototype
  return target
}

function missing(cls: Function): never {
  throw new ModulePickleError(
    'ERR_GLOBAL_UNKNOWN',
    `Class ${cls.name} gives no access to its private members here: it is not as it was packed. ` +
      'Send the data it is made of instead, or register a reducer for the class.',
  )
}

/**
 * Every property of it is itself, and so is every item of the few that it can be iterated for: no default is evaluated. As a string
 * it is empty.
 */
const anything: object = new Proxy(Object.create(null) as object, {
  get: (_, key) => (key === Symbol.iterator ? items : key === Symbol.toPrimitive ? () => '' : anything),
})

function* items(): Generator<object> {
  for (let count = 0; count < 64; count++) yield anything
}
