/**
 * The ways into private state that shipped classes hand out: each calls the function behind a symbol, with itself and functions
 * made inside it (source/private-access.ts).
 *
 * Whoever loads shipped code puts that function there, before any of it is evaluated.
 */
import { privateAccessKey } from '../source/private-access.ts'

/** One private field, of any object. */
export interface PrivateCell {
  has(object: object): boolean
  get(object: object): unknown
  set(object: object, value: unknown): void
}

export interface PrivateAccess {
  /** Whether an object has the private members that instances of the class have. */
  has(object: object): boolean
  readonly cells: Readonly<Record<string, PrivateCell>>
}

/** What a class hands out. Without `blank`, no instance of it can be made unless its constructor runs. */
export interface HandedOut {
  readonly access: PrivateAccess
  readonly isDerived?: boolean
  /** How many parameters its constructor has, with those that have defaults. */
  readonly parameters?: number
  /** While true, constructors and field initialisers of the class's module do nothing. */
  blank?(isBlank: boolean): void
}

type Registry = { (cls: Function, handed: HandedOut): void; readonly known: WeakMap<Function, HandedOut> }

const key: unique symbol = Symbol.for(privateAccessKey) as never
const holder = globalThis as { [key]?: Registry }

export function collectPrivateAccess(): void {
  if (holder[key]) return
  const known = new WeakMap<Function, HandedOut>()
  const register = (cls: Function, handed: HandedOut): void => void known.set(cls, handed)
  Object.defineProperty(holder, key, { value: Object.assign(register, { known }), configurable: true })
}

/** For a class whose text was not changed: somebody found another way in. */
export function handOut(cls: Function, handed: HandedOut): void {
  holder[key]?.known.set(cls, handed)
}

export function handedOut(cls: Function): HandedOut | undefined {
  return holder[key]?.known.get(cls)
}
