/**
 * The classes that the calls of one executor have sent by value, so that what comes back of them is of the very classes that run
 * here (cloudpickle/sent-classes.ts).
 *
 * A class has one number for as long as it exists. It is held by the pickles that it is in, while somebody may answer these, and
 * by nothing else.
 */
import type { ClassNumbers } from '../cloudpickle/sent-classes.ts'

export class SentClasses {
  readonly #numbers = new WeakMap<Function, number>()
  readonly #classes = new Map<number, WeakRef<Function>>()
  readonly #collected = new FinalizationRegistry<number>(number => this.#classes.delete(number))
  #last = 0

  numberOf(cls: Function): number {
    const known = this.#numbers.get(cls)
    if (known !== undefined) return known
    const number = ++this.#last
    this.#numbers.set(cls, number)
    this.#classes.set(number, new WeakRef(cls))
    this.#collected.register(cls, number)
    return number
  }

  classOf(number: number): Function | undefined {
    return this.#classes.get(number)?.deref()
  }
}

/** The classes that one pickle of a call has sent. */
export class PickledClasses implements ClassNumbers {
  readonly #all: SentClasses
  readonly #defined: PickledClasses | undefined
  readonly #own = new Map<Function, number>()

  /** `defined` are those of the function that the call is of: it has them already. */
  constructor(all: SentClasses, defined: PickledClasses | undefined) {
    this.#all = all
    this.#defined = defined
  }

  known(cls: Function): number | undefined {
    return this.#defined && this.#defined.#own.get(cls)
  }

  assign(cls: Function): number {
    const number = this.#all.numberOf(cls)
    this.#own.set(cls, number)
    return number
  }

  /** What comes back may also be of a class that an earlier call has left there. */
  find(number: number): Function | undefined {
    return this.#among(number) ?? this.#all.classOf(number)
  }

  #among(number: number): Function | undefined {
    for (const [cls, each] of this.#own) if (each === number) return cls
    return this.#defined && this.#defined.#among(number)
  }
}
