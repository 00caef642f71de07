/**
 * Plain objects and arrays, the fast way: what most values are made of, recognized by a few cheap questions.
 *
 * Only objects that have nothing but ordinary data properties, and arrays that have nothing but elements, are claimed here. All
 * others are left to the rules, which give the same bytes. Never runs a getter.
 */
import { keySegment } from './plan.ts'
import type { Encoding, Frame } from './frames.ts'
import { op } from './opcodes.ts'
import { isList } from './rules/arrays.ts'
import { integrity } from './rules/properties.ts'
import type { Shape } from './shapes.ts'

/** The values of the properties, or undefined where anything about the object is not ordinary. */
export function ordinaryValues(object: object, keys: readonly string[]): unknown[] | undefined {
  if (!Object.isExtensible(object) || Object.getOwnPropertySymbols(object).length > 0) return undefined
  const values: unknown[] = []
  for (let i = 0; i < keys.length; i++) {
    const property = Object.getOwnPropertyDescriptor(object, keys[i] as string)
    if (property === undefined) return undefined
    if (property.writable !== true || !property.enumerable! || !property.configurable!) return undefined
    values.push(property.value)
  }
  return values
}

/** Whether an array is no more than its elements: no holes, no accessors, no other properties, extensible. */
export function isOrdinaryArray(array: readonly unknown[]): boolean {
  if (!Object.isExtensible(array)) return false
  const keys = Reflect.ownKeys(array)
  return keys.length === array.length + 1 && isList(array, keys, integrity.extensible)
}

/** An object of ordinary properties that are not more than one batch. */
export class RecordFrame implements Frame {
  readonly #shape: Shape
  readonly #values: readonly unknown[]
  #next = 0

  constructor(shape: Shape, values: readonly unknown[]) {
    this.#shape = shape
    this.#values = values
  }

  step(encoding: Encoding): void {
    const values = this.#values
    if (values.length === 0) return encoding.close()
    if (this.#next === 0 && values.length > 1) encoding.out.op(op.MARK)
    while (this.#next < values.length) {
      encoding.saveKey(this.#shape, this.#next)
      if (encoding.save(values[this.#next++])) return
    }
    encoding.out.op(values.length > 1 ? op.SETITEMS : op.SETITEM)
    encoding.close()
  }

  segment(): string {
    return keySegment(this.#shape.keys[this.#next - 1] as string)
  }
}

/** CPython's _BATCHSIZE. */
const batchItems = 1000

/** An array of elements. */
export class ListFrame implements Frame {
  readonly #array: readonly unknown[]
  readonly #count: number
  #next = 0

  constructor(array: readonly unknown[]) {
    this.#array = array
    this.#count = array.length
  }

  step(encoding: Encoding): void {
    const array = this.#array
    const count = this.#count
    if (count === 0) return encoding.close()
    while (this.#next < count) {
      const next = this.#next
      if (next % batchItems === 0 && count > 1) {
        if (next > 0) encoding.out.op(op.APPENDS)
        encoding.out.op(op.MARK)
      }
      this.#next = next + 1
      if (encoding.save(array[next])) return
    }
    encoding.out.op(count > 1 ? op.APPENDS : op.APPEND)
    encoding.close()
  }

  segment(): string {
    return `[${this.#next - 1}]`
  }
}
