/**
 * A global that pickles may call: what its name stands for as a value, and what REDUCE does with it.
 */

import { Tuple } from '../values.ts'

/** What a reconstructor may ask about the load it runs in. */
export interface Reading {
  /** An object with the prototype of a class that was found by name. */
  instantiate(cls: unknown): unknown
  /** True for what was found by name or lent from outside: such values are never changed by a pickle. */
  isBorrowed(value: unknown): boolean
  /** Declares that a value is not the pickle's own. */
  borrow(value: object): void
  /** Counts members, or 8 bytes of text or memory, that are about to be copied; throws when they are too many. */
  charge(members: number): void
  /** Counts a resizable ArrayBuffer that is about to be made; throws when they are too many. */
  countResizable(): void
  /** Keeps Python's immutable types apart from the mutable ones. */
  readonly python: boolean
}

export type Reconstruct = (args: readonly unknown[], reading: Reading) => unknown

/** Thrown by reconstructors about their arguments; the decoder adds where. */
export class BadArguments extends Error {}

export function expect(condition: boolean, what: string): asserts condition {
  if (!condition) throw new BadArguments(`expected ${what}`)
}

/** The items of a list or tuple; undefined for anything else. */
export function sequence(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value
  return value instanceof Tuple ? value.items : undefined
}

/** How many objects a lookup may have to go through. */
export function chainLength(prototype: unknown): number {
  let length = 0
  for (let each = prototype; each !== null && typeof each === 'object'; each = Object.getPrototypeOf(each)) length++
  return length
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** A global constructor that older versions and other platforms may lack. */
export function constructorOf(type: string): new (...args: unknown[]) => object {
  const found: unknown = Reflect.get(globalThis, type)
  if (typeof found !== 'function')
    throw new BadArguments(`${type} to exist here; this platform or version does not have it`)
  return found as new (...args: unknown[]) => object
}
