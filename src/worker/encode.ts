/**
 * Pickles what a worker has to say: local code travels in the snapshots that it came in, by their ids.
 */
import { keepLarge, type Encoded } from '../call/encoded.ts'
import { CloudPickler, type CloudPicklerOptions } from '../cloudpickle/index.ts'
import { extend } from '../modulepickle.ts'
import { runtime } from './runtime.ts'

type ShippingPickler = new (options: CloudPicklerOptions) => CloudPickler

const shipping = new Map<string, ShippingPickler>()

/** @throws ModulePickleError for what cannot be pickled */
export function encode(value: unknown): Encoded {
  const { source, packages, classes } = runtime()
  const known = shipping.get(packages) ?? extend(CloudPickler, { source, selfContained: false, packages })
  shipping.set(packages, known)
  const buffers: Uint8Array[] = []
  const bytes = new known({ bufferCallback: keepLarge(buffers), classes }).dump(value)
  return { bytes, buffers }
}
