/**
 * What the pickles of a call hold, decoded with the modules that they name.
 */
import type { Encoded } from '../call/encoded.ts'
import type { Invocation } from '../call/invoke.ts'
import { unpickle } from '../modulepickle.ts'
import { runtime } from './runtime.ts'

/** A function that the sender has defined: decoded for the first call, so that a failure to do so is that call's. */
export class DefinedFunction {
  readonly encoded: Encoded
  #decoded: Partial<Invocation> | undefined

  constructor(encoded: Encoded) {
    this.encoded = encoded
  }

  async decoded(): Promise<Partial<Invocation>> {
    return (this.#decoded ??= await decode(this.encoded))
  }
}

export async function invocationOf(body: Encoded, defined: DefinedFunction | undefined): Promise<Invocation> {
  return { ...(await defined?.decoded()), ...(await decode(body)) } as Invocation
}

async function decode({ bytes, buffers }: Encoded): Promise<Partial<Invocation>> {
  return (await unpickle(bytes, runtime().arrival, buffers)) as Partial<Invocation>
}
