/**
 * Objects that a class has put its private names on although they are no instances of it: what its parent's constructor returned
 * in place of an instance. Nothing about such an object shows that, so whoever would arrive without them is looked for.
 *
 * Input: the classes of one dump, and what it holds at its end. Nothing of the program runs.
 */
import { isProxy } from 'node:util/types'
import { ModulePickleError } from '../../errors.ts'
import { intrinsicName } from '../../pickle/index.ts'
import type { AnyNode } from '../source/parse.ts'
import { constructorOf, isClass, privateNames } from '../source/private-access.ts'
import type { Inspector } from './inspector.ts'
import type { LiveFunctions } from './live-functions.ts'
import type { PrivateStates } from './private-state.ts'

export class StampedObjects {
  readonly #inspector: Inspector
  readonly #privates: PrivateStates
  readonly #functions: LiveFunctions
  readonly #stamping = new Set<Function>()

  constructor(inspector: Inspector, privates: PrivateStates, functions: LiveFunctions) {
    this.#inspector = inspector
    this.#privates = privates
    this.#functions = functions
  }

  /** To be told of each class that travels, with its text. */
  note(cls: Function, code: AnyNode): void {
    const isDerived = isClass(code) && code.superClass !== null
    if (isDerived && privateNames(code).brand !== undefined && this.#mayReturn(cls)) this.#stamping.add(cls)
  }

  /** `isHeld` tells what the pickle holds. @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED */
  refuse(isHeld: (object: object) => boolean): void {
    if (this.#stamping.size === 0) return
    const all = this.#inspector.instancesOf(Object.prototype) as readonly object[]
    const held = all.filter(each => isHeld(each) && !isProxy(each))
    for (const cls of this.#stamping) {
      const prototype = cls.prototype as object
      const isStamped = held.some(object => !inherits(object, prototype) && this.#privates.hasNamesOf(cls, object))
      if (!isStamped) continue
      throw new ModulePickleError(
        'ERR_CAPTURE_UNSUPPORTED',
        `an object in this pickle has private members of ${cls.name}, but is no instance of it: they cannot be put on another. ` +
          'Keep what they hold in a WeakMap.',
      )
    }
  }

  /** Whether some class that it extends may return something else from its constructor. */
  #mayReturn(cls: Function): boolean {
    let parent: unknown = Object.getPrototypeOf(cls)
    while (typeof parent === 'function' && intrinsicName(parent) === undefined) {
      const live = this.#functions.find(parent)
      if (!live) return false
      const { code } = live.site
      const made = isClass(code) ? constructorOf(code) : code
      if (made && /\breturn\b/.test(live.script.text.slice(made.start, made.end))) return true
      parent = Object.getPrototypeOf(parent)
    }
    return false
  }
}

function inherits(object: object, prototype: object): boolean {
  return Object.prototype.isPrototypeOf.call(prototype, object)
}
