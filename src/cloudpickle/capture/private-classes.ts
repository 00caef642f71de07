/**
 * Which instances of classes with private members can be made again and filled: on the other end, and in this process.
 *
 * Input: live classes. On the other end it is possible for classes that arrive changed for it, which whoever asks has to know;
 * elsewhere for those that let themselves be constructed without anything of them running (blank-instances.ts).
 */
import { ModulePickleError } from '../../errors.ts'
import { handedOut, type PrivateAccess } from '../revive/private-access.ts'
import { unchangedClass, whyNone, type UnchangedClass } from './blank-instances.ts'
import type { Inspector } from './inspector.ts'
import type { LiveFunctions } from './live-functions.ts'
import type { PrivateStates } from './private-state.ts'

export class PrivateClasses {
  readonly #inspector: Inspector
  readonly #functions: LiveFunctions
  readonly #states: PrivateStates

  constructor(inspector: Inspector, functions: LiveFunctions, states: PrivateStates) {
    this.#inspector = inspector
    this.#functions = functions
    this.#states = states
  }

  /** Ways to read and write the private fields of instances of a class; undefined where there are none. */
  accessTo(cls: Function): PrivateAccess | undefined {
    return this.#states.accessTo(cls)
  }

  /** How to make instances of a class whose text was not changed; undefined where that would run something. */
  unchanged(cls: Function): UnchangedClass | undefined {
    const live = this.#functions.find(cls)
    return live && unchangedClass(this.#inspector, live)
  }

  /** Whether instances of a class can be made again in this process, private members and all. */
  canRemake(cls: Function): boolean {
    for (const each of classesUpFrom(cls)) {
      if (!this.#states.arePutBy(each)) continue
      if (this.#whyNone(each) !== undefined || !this.#isBlankHere(each)) return false
    }
    return true
  }

  /**
   * Makes sure that instances of a class can be made with their private names and filled; `isChanged` for a class that arrives with
   * ways to do that.
   * @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED
   */
  requireBlank(cls: Function, isChanged: boolean): void {
    const isMade = isChanged || this.#isBlankHere(cls)
    const why = this.#whyNone(cls) ?? (isMade ? undefined : 'is not changed for that, and making one runs its code')
    if (why === undefined) return
    throw new ModulePickleError(
      'ERR_CAPTURE_UNSUPPORTED',
      `an instance of ${cls.name} has private members, and no other can be made: its class ${why}. ` +
        'Send the data it is made of instead, or register a reducer for the class.',
    )
  }

  #whyNone(cls: Function): string | undefined {
    return whyNone(cls, this.#functions.find(cls)?.site.code)
  }

  #isBlankHere(cls: Function): boolean {
    if (handedOut(cls)?.blank) return true
    return this.unchanged(cls) !== undefined && this.accessTo(cls) !== undefined
  }
}

/** @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED for a class that does not arrive with ways into its private members */
export function requireAccess(cls: Function, isChanged: boolean): void {
  if (isChanged) return
  throw new ModulePickleError(
    'ERR_CAPTURE_UNSUPPORTED',
    `a function uses private members of ${cls.name}, which is not changed to give access to them. ` +
      'Give the class a method for it.',
  )
}

/** A class, and what it extends. */
function* classesUpFrom(cls: Function): Generator<Function> {
  for (let each: unknown = cls; typeof each === 'function'; each = Object.getPrototypeOf(each) as unknown) yield each
}
