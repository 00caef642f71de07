/**
 * Pickles what a worker has to say: local code travels in the snapshots that it came in, by their ids.
 */
import { keepLarge, type Encoded } from '../call/encoded.ts'
import { CloudPickler, type Manifest } from '../cloudpickle/index.ts'
import { extend } from '../modulepickle.ts'
import { Global, type PicklerOptions, type Reduction } from '../pickle/index.ts'
import * as face from './face.ts'
import { runtime } from './runtime.ts'

type ShippingPickler = new (options: PicklerOptions) => OutcomePickler

const shipping = new Map<string, ShippingPickler>()

/** @throws ModulePickleError for what cannot be pickled */
export function encode(value: unknown): Encoded {
  const { source, packages } = runtime()
  const known = shipping.get(packages) ?? extend(OutcomePickler, { source, selfContained: false, packages })
  shipping.set(packages, known)
  const buffers: Uint8Array[] = []
  const bytes = new known({ bufferCallback: keepLarge(buffers) }).dump(value)
  return { bytes, buffers }
}

const names = new Map<unknown, string>(Object.entries(face).map(([name, value]) => [value, name]))

/** Knows what belongs to this package: its classes and functions travel by name, as its own errors do. */
class OutcomePickler extends CloudPickler {
  #usesRuntime = false

  protected override reducerOverride(value: object | symbol): Reduction | Global | undefined {
    const name = names.get(value)
    if (name !== undefined) {
      this.#usesRuntime = true
      return new Global('modulepickle', name)
    }
    return super.reducerOverride(value)
  }

  protected override manifest(): Manifest {
    const manifest = super.manifest()
    return this.#usesRuntime ? { ...manifest, modules: [...manifest.modules, 'modulepickle'] } : manifest
  }
}
