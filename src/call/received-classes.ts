/**
 * The classes that came by value with the calls of one sender: what is sent back of them names them by the sender's numbers.
 *
 * Every call has copies of its own, as the classes were when it was captured; only what a function that is defined for many calls
 * has brought is there for the arguments of these.
 */
import type { ClassesByNumber, ClassNumbers } from '../cloudpickle/sent-classes.ts'

/** Those of a function that is defined, by number. */
export type DefinedClasses = ReadonlyMap<number, Function>

export class ReceivedClasses implements ClassNumbers {
  readonly #numbers = new WeakMap<Function, number>()

  known(cls: Function): number | undefined {
    return this.#numbers.get(cls)
  }

  /** For reading a function that is defined: its classes are added to `defined`. */
  ofDefinition(defined: Map<number, Function>): ClassesByNumber {
    return this.#reading(defined, (number, cls) => defined.set(number, cls))
  }

  /** For reading a call, of a function with these classes if it is of one that was defined. */
  ofCall(defined: DefinedClasses | undefined): ClassesByNumber {
    return this.#reading(defined)
  }

  #reading(defined: DefinedClasses | undefined, define?: (number: number, cls: Function) => void): ClassesByNumber {
    return {
      find: number => defined?.get(number),
      keep: (number, cls, returns) => {
        define?.(number, cls)
        if (returns) this.#numbers.set(cls, number)
      },
    }
  }
}
