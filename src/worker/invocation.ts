/**
 * What the pickles of a call hold, decoded with the modules that they name.
 */
import type { Encoded } from '../call/encoded.ts'
import type { Invocation } from '../call/invoke.ts'
import { decodeScalars } from '../call/scalar-pickle.ts'
import { readManifest } from '../cloudpickle/cloudunpickler.ts'
import type { Manifest } from '../cloudpickle/index.ts'
import type { ClassesByNumber } from '../cloudpickle/sent-classes.ts'
import { unpickle } from '../modulepickle.ts'
import { runtime } from './runtime.ts'

/** A function that the sender has defined: decoded for the first call, so that a failure to do so is that call's. */
export class DefinedFunction {
  readonly encoded: Encoded
  /** Those that came with it, once it is decoded. */
  readonly classes = new Map<number, Function>()
  #manifest: Manifest | undefined
  #decoded: Partial<Invocation> | undefined

  constructor(encoded: Encoded) {
    this.encoded = encoded
  }

  /** @throws ModulePickleError as `readManifest` */
  get manifest(): Manifest {
    return (this.#manifest ??= readManifest(this.encoded.bytes))
  }

  /** Once it was decoded. */
  get known(): Partial<Invocation> | undefined {
    return this.#decoded
  }

  async decoded(): Promise<Partial<Invocation>> {
    return (this.#decoded ??= await decode(this.encoded, runtime().classes.ofDefinition(this.classes)))
  }
}

/** What a call needs that needs nothing which is not here: a function that was decoded before, and scalars. */
export function invocationAtHand(body: Encoded, defined: DefinedFunction | undefined): Invocation | undefined {
  const { fn } = defined?.known ?? {}
  const { args } = (fn && decodeScalars(body.bytes)) ?? {}
  return fn && args && { fn, args }
}

export async function invocationOf(body: Encoded, defined: DefinedFunction | undefined): Promise<Invocation> {
  const fn = await defined?.decoded()
  return { ...fn, ...(await decode(body, runtime().classes.ofCall(defined?.classes))) } as Invocation
}

async function decode({ bytes, buffers }: Encoded, classes: ClassesByNumber): Promise<Partial<Invocation>> {
  return (await unpickle(bytes, runtime().arrival, buffers, classes)) as Partial<Invocation>
}
