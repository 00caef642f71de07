/**
 * What the pickles of a call hold, decoded with the modules that they name.
 */
import type { Invocation } from '../call/invoke.ts'
import { unpickle } from '../modulepickle.ts'
import { runtime } from './runtime.ts'

/** A function that the sender has defined: decoded for the first call, so that a failure to do so is that call's. */
export class DefinedFunction {
  readonly pickle: Uint8Array
  #decoded: Partial<Invocation> | undefined

  constructor(pickle: Uint8Array) {
    this.pickle = pickle
  }

  async decoded(): Promise<Partial<Invocation>> {
    return (this.#decoded ??= await decode(this.pickle))
  }
}

export async function invocationOf(body: Uint8Array, defined: DefinedFunction | undefined): Promise<Invocation> {
  return { ...(await defined?.decoded()), ...(await decode(body)) } as Invocation
}

async function decode(pickle: Uint8Array): Promise<Partial<Invocation>> {
  return (await unpickle(pickle, runtime().arrival)) as Partial<Invocation>
}
