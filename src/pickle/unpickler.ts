/**
 * Unpickler: a pickle in, its value out. Subclasses decide by overriding what names and persistent ids mean.
 *
 * What REDUCE may call: the functions that make data, always; with `allow` undefined also whatever was found by name. What was
 * found by name is never changed by the pickle.
 */
import { ModulePickleError } from '../errors.ts'
import { Decoder } from './decoder.ts'
import { DictKinds } from './dicts.ts'
import { findGlobal, isDataGlobal, reconstructorOf } from './globals/index.ts'
import type { Reading } from './globals/reconstructor.ts'
import type { Host } from './host.ts'
import { intrinsicName } from './intrinsics.ts'
import { expansionBudget, limitsOf, type Limits } from './limits.ts'

export interface UnpicklerOptions {
  /** What `bufferCallback` got when the pickle was written, in the same order. Not copied. */
  buffers?: Iterable<Uint8Array>
  /**
   * Which globals may be found: 'data' = those that stand for data, which is safe on untrusted bytes; a predicate = those and
   * what it accepts. Undefined = all, and then a pickle is a program: only load what you trust.
   */
  allow?: 'data' | ((module: string, name: string) => boolean)
  /**
   * Keeps Python's types apart: a tuple is a Tuple, frozenset a Frozenset, bytes Bytes, datetime a DateTime, date a PlainDate.
   * Pickled again they are what they were. Without it they are Array, Set, Uint8Array and Date.
   */
  python?: boolean
  /** How much the pickle may ask for; what is not given is as in `defaultLimits`. */
  limits?: Partial<Limits>
  /** Python's registry of extension codes (`copyreg.add_extension`): [module, name] by code. */
  extensions?: ReadonlyMap<number, readonly [module: string, name: string]>
}

/** A pickle whose dicts keep turning out to be Maps is given up after so many passes. */
const mostPasses = 16

export class Unpickler {
  readonly #bytes: Uint8Array
  readonly #allow: UnpicklerOptions['allow']
  readonly #buffers: readonly Uint8Array[] | undefined
  readonly #options: UnpicklerOptions
  readonly #limits: Readonly<Limits>
  readonly #borrowed = new Set<unknown>()
  readonly #reading: Reading
  /** Members that may still be copied. */
  #budget = 0
  #resizable = 0

  constructor(bytes: Uint8Array, options: UnpicklerOptions = {}) {
    this.#bytes = bytes
    this.#options = options
    this.#allow = options.allow
    this.#limits = limitsOf(options.limits)
    this.#buffers = options.buffers === undefined ? undefined : [...options.buffers]
    this.#reading = {
      instantiate: cls => this.#instantiate(cls),
      isBorrowed: value => this.#borrowed.has(value),
      borrow: value => this.#borrow(value),
      charge: members => this.#charge(members),
      countResizable: () => this.#countResizable(),
      python: options.python === true,
    }
  }

  /** The value; throws a ModulePickleError with the byte offset when the pickle is damaged or asks for what it may not have. */
  load(): unknown {
    const dicts = new DictKinds()
    const options = { limits: this.#limits, python: this.#reading.python }
    for (let pass = 0; pass < mostPasses; pass++) {
      dicts.startPass()
      this.#resizable = 0
      this.#budget = expansionBudget(this.#bytes.length, this.#limits)
      try {
        const value = new Decoder(this.#bytes, this.#host(), dicts, options).run()
        if (!dicts.surveying) return value
      } catch (error) {
        // A survey may fail on what it did not really make; the next pass tells whether the pickle is at fault.
        if (!dicts.surveying) throw error
      }
    }
    throw new ModulePickleError(
      'ERR_PICKLE_LIMIT',
      `dicts with keys that are not strings refer to each other in over ${mostPasses} ways.`,
    )
  }

  /** Hook: the value of a global. Built-in: the data globals of Python and of module `js`, and the intrinsics by name. */
  findClass(module: string, name: string): unknown {
    const found = findGlobal(module, name)
    if (found !== undefined) return found.value
    throw new ModulePickleError('ERR_GLOBAL_UNKNOWN', unknownGlobal(module, name))
  }

  /** Hook: the object of a persistent id. */
  persistentLoad(_id: unknown): unknown {
    const message =
      'the pickle refers to something outside of itself, such as modules. Load it with the loads() of modulepickle.'
    throw new ModulePickleError('ERR_PICKLE_UNSUPPORTED', message)
  }

  #host(): Host {
    return {
      buffers: this.#buffers,
      find: (module, name) => this.#borrow(this.#find(module, name)),
      extension: code => this.#borrow(this.#extension(code)),
      charge: members => this.#charge(members),
      persistentLoad: id => this.persistentLoad(id),
      call: (callee, args) => this.#call(callee, args),
      instantiate: cls => this.#instantiate(cls),
      isBorrowed: value => this.#borrowed.has(value),
    }
  }

  #borrow(value: unknown): unknown {
    this.#borrowed.add(value)
    return value
  }

  #charge(members: number): void {
    this.#budget -= members
    if (this.#budget >= 0) return
    throw this.#overLimit('maxExpansion', 'it copies more')
  }

  #countResizable(): void {
    if (++this.#resizable > this.#limits.maxResizable) throw this.#overLimit('maxResizable', 'it makes more of them')
  }

  #overLimit(limit: keyof Limits, what: string): ModulePickleError {
    const message = `${what} than \`${limit}\` allows, which is ${this.#limits[limit]}. Raise it in the options if you trust the pickle.`
    return new ModulePickleError('ERR_PICKLE_LIMIT', message)
  }

  #extension(code: number): unknown {
    const name = this.#options.extensions?.get(code)
    if (name !== undefined) return this.#find(...name)
    const message = `the extension code ${code} of Python's copyreg is not known here. Name what it stands for in \`extensions\`.`
    throw new ModulePickleError('ERR_PICKLE_UNSUPPORTED', message)
  }

  #find(module: string, name: string): unknown {
    if (this.#allow === undefined || isDataGlobal(module, name)) return this.findClass(module, name)
    if (this.#allow !== 'data' && this.#allow(module, name)) return this.findClass(module, name)
    const message = `the global ${JSON.stringify(name)} of module ${JSON.stringify(module)} is not among those that \`allow\` admits.`
    throw new ModulePickleError('ERR_GLOBAL_FORBIDDEN', message)
  }

  #call(callee: unknown, args: readonly unknown[]): unknown {
    const reconstruct = reconstructorOf(callee)
    if (reconstruct !== undefined) return reconstruct(args, this.#reading)
    if (typeof callee !== 'function')
      throw new ModulePickleError('ERR_PICKLE_CORRUPT', 'what it calls is not a function.')
    if (this.#mayCall(callee)) return Reflect.apply(callee, undefined, args)
    throw new ModulePickleError('ERR_GLOBAL_FORBIDDEN', `a pickle loaded with \`allow\` may not call ${callee.name}().`)
  }

  /** With a predicate: what it let in, which never includes intrinsics; they could call or build anything. */
  #mayCall(callee: object): boolean {
    if (this.#allow === undefined) return true
    return this.#allow !== 'data' && this.#borrowed.has(callee) && intrinsicName(callee) === undefined
  }

  #instantiate(cls: unknown): unknown {
    const prototype: unknown =
      typeof cls === 'function' ? Object.getOwnPropertyDescriptor(cls, 'prototype')?.value : undefined
    if (typeof prototype !== 'object' || prototype === null || reconstructorOf(cls) !== undefined) {
      throw new ModulePickleError('ERR_PICKLE_CORRUPT', 'what it makes an instance of is not a class.')
    }
    return Object.create(prototype)
  }
}

function unknownGlobal(module: string, name: string): string {
  const global = `${JSON.stringify(name)} of module ${JSON.stringify(module)}`
  if (module === 'js')
    return `the global ${global} does not exist in this version of the platform. Use the version that wrote the pickle.`
  return `the global ${global} is not known here. Give it a meaning by overriding findClass(), or leave it out of the pickle.`
}

/** The value of a pickle of data. */
export function loads<T = unknown>(bytes: Uint8Array, options?: UnpicklerOptions): T {
  return new Unpickler(bytes, options).load() as T
}
