/**
 * What `dumps` and `loads` do with their options, on both ends. Where local code comes from, and where it arrives, is the caller's.
 *
 * The public functions themselves stand in the module of each end: what is declared at the top level of its module travels by name.
 */
import { checkLoad, type ArrivalOptions, type LoadOptions } from './arrival.ts'
import { checkDumpOptions, type DumpOptions } from './dump-options.ts'
import { pickle, unpickle, unpickleSync } from './modulepickle.ts'
import type { ModuleSource } from './shipment.ts'
import { signPickle, verifyPickle } from './signing/signed-pickle.ts'
import { signingKey } from './signing/signing-key.ts'
import { unpickleData } from './unpickle-data.ts'

/** How packages arrive, by where the caller of `loads` allows installed ones to be. */
export type Arriving = (packages: readonly string[]) => ArrivalOptions

export function dumpsFrom(source: ModuleSource, value: unknown, options: DumpOptions): Uint8Array {
  checkDumpOptions(options)
  const { packages = 'reference', changed = 'warn', key } = options
  return signPickle(pickle(value, { source, selfContained: true, packages, changed }).bytes, signingKey(key))
}

export async function loadsWith(arriving: Arriving, bytes: Uint8Array, options: LoadOptions): Promise<unknown> {
  const pickled = verified(bytes, options)
  return options.allow ? unpickleData(pickled) : unpickle(pickled, arriving(directoriesOf(options)))
}

export function loadsSyncWith(arriving: Arriving, bytes: Uint8Array, options: LoadOptions): unknown {
  const pickled = verified(bytes, options)
  return options.allow ? unpickleData(pickled) : unpickleSync(pickled, arriving(directoriesOf(options)))
}

function verified(bytes: Uint8Array, options: LoadOptions): Uint8Array {
  checkLoad(bytes, options)
  return verifyPickle(bytes, signingKey(options.key))
}

function directoriesOf({ packages = [process.cwd()] }: LoadOptions): readonly string[] {
  return packages
}
