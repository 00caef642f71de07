/**
 * What shipped code gets from `import 'modulepickle'` on a worker: the names of the package's own public face.
 *
 * The same functions over another source: local code is what the worker was sent. Declared here once more, and not made by one
 * factory for both: a function that is declared at the top level of its module is what travels by name.
 */
import { installExtension } from '../cloudpickle/extension.ts'
import type { LoadOptions } from '../arrival.ts'
import type { DumpOptions } from '../dump-options.ts'
import { dumpsFrom, loadsSyncWith, loadsWith, type Arriving } from '../dumps-and-loads.ts'
import { extend as extendWith, type PicklerClass, type ShipsModules } from '../modulepickle.ts'
import { runtime } from './runtime.ts'

export { isModulePickleError, ModulePickleError } from '../errors.ts'
export { registerPickleByValue, unregisterPickleByValue } from '../cloudpickle/by-value.ts'
export { registerReducer } from '../pickle/index.ts'
export { currentCall, type CurrentCall } from '../call/current-call.ts'
export { renderExplanation } from '../explanation.ts'
export { connect } from './nested.ts'
export { explain, explainFile } from './unexplained.ts'

/** Pickles any value; functions come with the local packages that they need, as these were sent here. */
export function dumps(value: unknown, options: DumpOptions = {}): Uint8Array {
  return dumpsFrom(runtime().source, value, options)
}

/** The value of a pickle; its modules are evaluated first. */
export async function loads<T = unknown>(bytes: Uint8Array, options: LoadOptions = {}): Promise<T> {
  return (await loadsWith(arriving, bytes, options)) as T
}

/** As `loads`, without waiting. */
export function loadsSync<T = unknown>(bytes: Uint8Array, options: LoadOptions = {}): T {
  return loadsSyncWith(arriving, bytes, options) as T
}

/** A CloudPickler class that ships the local packages its pickles refer to. */
export function extend<B extends PicklerClass>(
  Base: B,
): new (...parameters: ConstructorParameters<B>) => InstanceType<B> & ShipsModules {
  return extendWith(Base, { source: runtime().source, selfContained: true, packages: 'reference' })
}

/**
 * From now on `dumps` and `loads` of modulepickle/cloudpickle, wherever they were imported, are those of this module. Calling it
 * twice is calling it once.
 */
export function extendCloudpickle(): void {
  installExtension({ dumps, loads })
}

/** A pickle may have been made by this very worker, whose packages are where the sender said. */
const arriving: Arriving = directories => {
  const { arrival } = runtime()
  return { ...arrival, packages: { ...arrival.packages, directories } }
}
