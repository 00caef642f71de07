/**
 * Pickler: one value in, one protocol 5 pickle out. Subclasses decide by overriding hooks.
 *
 * Input: any value. Output: bytes that CPython's pickletools reads. Layout: PROTO, the preamble if there is one, the body, STOP.
 */
import { Encoder } from './encoder.ts'
import { concatenate } from './framing.ts'
import type { Hooks } from './hooks.ts'
import { op } from './opcodes.ts'
import type { Output } from './output.ts'
import type { Addition } from './plan.ts'
import type { DispatchTable } from './registry.ts'
import type { InnerReduction } from './rules/index.ts'
import type { Global, Reduction } from './values.ts'

const protocol = 5

export interface PicklerOptions {
  /**
   * Takes a binary buffer out of band (PEP 574): it is not copied into the pickle, and the reader must be given it again, in
   * the same order. Returning true keeps it inside. Called when all else has been written.
   */
  bufferCallback?(buffer: Uint8Array): boolean | void
  /**
   * How to pickle direct instances of some classes, by class: taken in the place of what `registerReducer` registered, as
   * CPython's `Pickler.dispatch_table`.
   */
  dispatchTable?: DispatchTable
}

export class Pickler {
  readonly #options: PicklerOptions
  #encoder: Encoder | undefined

  constructor(options: PicklerOptions = {}) {
    this.#options = options
  }

  /** The pickle of `value`; throws ERR_UNPICKLABLE with the path to what cannot be pickled. A Pickler serves one dump. */
  dump(value: unknown): Uint8Array {
    const encoder = new Encoder(this.#hooks())
    this.#encoder = encoder
    encoder.write(value)
    for (let more = this.epilogue(); more !== undefined; more = this.epilogue()) encoder.writeAside(more)
    encoder.out.op(op.STOP)
    const body = encoder.out.finish()
    const front = this.#front()
    const pickle = concatenate([Uint8Array.of(op.PROTO, protocol), ...(front?.finish() ?? []), ...body])
    front?.release()
    encoder.out.release()
    return pickle
  }

  #front(): Output | undefined {
    const id = this.preamble()
    if (id === undefined) return undefined
    const encoder = new Encoder({ memo: false })
    encoder.write(id)
    encoder.out.op(op.BINPERSID)
    encoder.out.op(op.POP)
    return encoder.out
  }

  /** Hooks that nobody overrides are not called at all. */
  #hooks(): Hooks {
    const { persistentId, reducerOverride, innerState, disguisedType, addition, stringWritten } = Pickler.prototype
    const { bufferCallback, dispatchTable } = this.#options
    return {
      memo: true,
      dispatchTable,
      persistentId: this.persistentId === persistentId ? undefined : value => this.persistentId(value),
      reducerOverride: this.reducerOverride === reducerOverride ? undefined : value => this.reducerOverride(value),
      innerState: this.innerState === innerState ? undefined : (value, intrinsic) => this.innerState(value, intrinsic),
      disguisedType: this.disguisedType === disguisedType ? undefined : value => this.disguisedType(value),
      addition: this.addition === addition ? undefined : value => this.addition(value),
      stringWritten: this.stringWritten === stringWritten ? undefined : text => this.stringWritten(text),
      bufferCallback: bufferCallback === undefined ? undefined : buffer => bufferCallback.call(this.#options, buffer),
    }
  }

  /** The path to the value that is being pickled, such as `args[0].config`; for hooks that report something. */
  protected currentPath(): string {
    return this.#encoder?.path() ?? 'value'
  }

  /** When an object was written first, among all that this pickle holds so far; undefined where it was not. */
  protected memoIndex(value: object | symbol): number | undefined {
    return this.#encoder?.memoIndex(value)
  }

  /** Hook: the persistent id of `value`, or undefined to pickle it. */
  protected persistentId(_value: unknown): unknown {
    return undefined
  }

  /** Hook: how to pickle an object, function or symbol, asked before every built-in rule. undefined = built-in. */
  protected reducerOverride(_value: object | symbol): Reduction | Global | undefined {
    return undefined
  }

  /** Hook: what an object has that the built-in rules, which are about to write it, cannot see. Not asked for plain objects and arrays. */
  protected addition(_value: object): Addition | undefined {
    return undefined
  }

  /**
   * Hook: how to make an object whose state the language gives no way to read, such as a promise. `intrinsic` names what
   * brings that state: `Promise`, `%MapIteratorPrototype%`. undefined = refused; none = it only inherits from that. Own properties and the prototype follow.
   */
  protected innerState(_value: object, _intrinsic: string): InnerReduction | 'none' | undefined {
    return undefined
  }

  /**
   * Hook: the name of the intrinsic, such as `Map`, that an object has its inner state of although it does not inherit from it any more.
   * Asked for objects that the built-in rules are about to write, except for plain ones with keys. undefined for all others.
   */
  protected disguisedType(_value: object): string | undefined {
    return undefined
  }

  /** Hook: told of each different string, keys included. */
  protected stringWritten(_text: string): void {}

  /**
   * Hook: called when the value has been written, until it returns undefined. What it returns is written and dropped: what a
   * Reduced does to values that exist by then.
   */
  protected epilogue(): unknown {
    return undefined
  }

  /**
   * Hook: called once when the body is complete. What it returns is written in front, as a persistent id followed by POP, without
   * memo use, so that the body's memo indices are unaffected. undefined = nothing in front.
   */
  protected preamble(): unknown {
    return undefined
  }
}

/** The pickle of `value`, by the built-in rules: data only. */
export function dumps(value: unknown, options?: PicklerOptions): Uint8Array {
  return new Pickler(options).dump(value)
}
