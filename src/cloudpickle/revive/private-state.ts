/**
 * Instances with private state: made without running a constructor or an initialiser, then filled.
 *
 * A private name can be put on an object only by its class's constructor. Those of shipped classes can be told to do that and
 * nothing else; what a derived class is to add its names to is what the constructor of its parent returns.
 */
import { ModulePickleError } from '../../errors.ts'
import { handedOut, type HandedOut } from './private-access.ts'

type Constructor = new (...args: unknown[]) => object

/**
 * `object` with the private names of `classes`, the root of the chain first. For a root that extends nothing it is another
 * object, with the prototype of `object`.
 * @throws ModulePickleError ERR_GLOBAL_UNKNOWN
 */
export function reviveBlank(object: object, classes: readonly Function[]): object {
  let made = object
  for (const cls of classes) made = addNames(made, cls as Constructor)
  return made
}

/** The value of a private field, as `(class, name, value)`. */
export function setPrivates(
  object: object,
  cells: readonly (readonly [cls: Function, name: string, value: unknown])[],
): void {
  for (const [cls, name, value] of cells) cellOf(cls, name).set(object, value)
}

function cellOf(cls: Function, name: string): HandedOut['access']['cells'][string] {
  return handedOut(cls)?.access.cells[name] ?? missing(cls)
}

function addNames(object: object, cls: Constructor): object {
  const { blank, isDerived, parameters = 0 } = handedOut(cls) ?? missing(cls)
  if (!blank) return missing(cls)
  const args = Array.from({ length: parameters }, () => anything)
  const before = new Set(Reflect.ownKeys(object))
  const parent = Object.getPrototypeOf(cls) as object | null
  let made: object
  blank(true)
  try {
    if (isDerived) Object.setPrototypeOf(cls, returning(object))
    made = Reflect.construct(cls, args, isDerived ? cls : withPrototype(Object.getPrototypeOf(object) as object | null))
  } finally {
    blank(false)
    if (isDerived) Object.setPrototypeOf(cls, parent)
  }
  // Fields that are public were defined, too; what they hold comes later, in its order. The last one first: that is fast.
  for (const key of Reflect.ownKeys(made).toReversed()) if (!before.has(key)) Reflect.deleteProperty(made, key)
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
    `Class ${cls.name} gives no access to its private members here: its module was not packed, or is the one that runs here.`,
  )
}

/** Every property of it is itself, and so is every item of the few that it can be iterated for: no default is evaluated. */
const anything: object = new Proxy(Object.create(null) as object, {
  get: (_, key) => (key === Symbol.iterator ? items : anything),
})

function* items(): Generator<object> {
  for (let count = 0; count < 64; count++) yield anything
}
