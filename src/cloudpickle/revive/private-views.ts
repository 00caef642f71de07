/**
 * Private members from outside of their class, for functions that were made inside it and travelled by themselves.
 *
 * `views.of(o)["#x"]` does what `o.#x` does in the class: reading, writing, and throwing where `o` has no such member.
 */
import { ModulePickleError } from '../../errors.ts'
import { processRegistry } from '../source/process-registry.ts'
import { handedOut, type PrivateCell } from './private-access.ts'

export interface PrivateViews {
  of(object: unknown): unknown
  /** What is called as a method of the view gets the object as its `this`. */
  called(object: unknown): unknown
  /** For `"#x" in views.in(o)`. */
  in(object: unknown): unknown
}

const owners = processRegistry('private views', 1, () => new WeakMap<object, Function>())
const made = new WeakMap<Function, PrivateViews>()

/** The class whose private members an object gives views of. */
export function viewedClass(value: object): Function | undefined {
  return owners.get(value)
}

/** Looks for the way in when it is used: on the sending end there is none. */
export function privateViews(cls: Function): PrivateViews {
  const known = made.get(cls)
  if (known) return known
  const of = viewer(cls, value => value)
  const called = viewer(cls, (value, object) =>
    typeof value === 'function' ? (Function.prototype.bind.call(value, object) as unknown) : value,
  )
  const having = (object: unknown): unknown => {
    if ((typeof object !== 'object' && typeof object !== 'function') || object === null) return object
    const names = Object.entries(cellsOf(cls)).filter(([, cell]) => cell.has(object))
    return Object.fromEntries(names.map(([name]) => [name, true]))
  }
  const views = Object.setPrototypeOf({ of, called, in: having }, null) as PrivateViews
  made.set(cls, views)
  owners.set(views, cls)
  return views
}

/** Nothing has no members: the view of it is itself, so that reading one throws as it does in the class. */
function viewer(cls: Function, given: (value: unknown, object: unknown) => unknown): (object: unknown) => unknown {
  let properties: PropertyDescriptorMap | undefined
  const targets = new WeakMap<object, object>()
  const describe = ([name, cell]: [string, PrivateCell]): [string, PropertyDescriptor] => [
    name,
    {
      get(this: object) {
        const object = targets.get(this)!
        return given(cell.get(object), object)
      },
      set(this: object, value: unknown) {
        cell.set(targets.get(this)!, value)
      },
    },
  ]
  return object => {
    if (object === null || object === undefined) return object
    properties ??= Object.fromEntries(Object.entries(cellsOf(cls)).map(describe))
    const view = Object.create(null, properties) as object
    targets.set(view, object)
    return view
  }
}

function cellsOf(cls: Function): Readonly<Record<string, PrivateCell>> {
  const cells = handedOut(cls)?.access.cells
  if (cells) return cells
  throw new ModulePickleError(
    'ERR_GLOBAL_UNKNOWN',
    `Class ${cls.name} gives no access to its private members here: it is not as it was packed.`,
  )
}
