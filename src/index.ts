/**
 * The public face of modulepickle: pickle live functions together with the local packages that they import, and run them
 * elsewhere.
 */
import { installExtension } from './cloudpickle/extension.ts'
import { registerExports } from './cloudpickle/public-names.ts'
import type { LoadOptions } from './arrival.ts'
import type { DumpOptions } from './dump-options.ts'
import { dumpsFrom, loadsSyncWith, loadsWith, type Arriving } from './dumps-and-loads.ts'
import { extend as extendWith, type PicklerClass, type ShipsModules } from './modulepickle.ts'
import { packageDirectory } from './executors/own-package.ts'
// oxlint-disable-next-line import/no-self-import -- its exports, as others see them
import * as exports from './index.ts'
import { receivingCache, WithReceived } from './received.ts'
import { workingDirectory } from './snapshot/pack/working-directory.ts'

export type { LoadOptions } from './arrival.ts'
export type { DumpOptions } from './dump-options.ts'
export type { Key, KeyOption } from './signing/signing-key.ts'
export { connect } from './executors/index.ts'
export type {
  Call,
  CallHandle,
  CallOptions,
  CloseOptions,
  ConnectOptions,
  DockerMount,
  DockerOptions,
  InlineOptions,
  LocalOptions,
  Executor,
  ExecutorStats,
  Freshness,
  Inspect,
  Isolation,
  LogLine,
  MapCall,
  MapOptions,
  Returned,
  RetryOptions,
  StartedContainer,
} from './executors/index.ts'
export { ModulePickleError, isModulePickleError, type ErrorCode } from './errors.ts'
export { currentCall, type CurrentCall } from './call/current-call.ts'
export { registerPickleByValue, unregisterPickleByValue } from './cloudpickle/index.ts'
export { explain, explainFile } from './explain.ts'
export { renderExplanation, type Explanation } from './explanation.ts'
export type { FunctionTravel } from './cloudpickle/index.ts'
export type {
  InstalledPackage,
  LeftOut,
  LocalPackage,
  ShippedFile,
  SnapshotContents,
} from './snapshot/pack/snapshot-contents.ts'
export { registerReducer } from './pickle/index.ts'

registerExports('modulepickle', exports)

/** What is not code that came here is packed as it is on disk. */
const source = new WithReceived(workingDirectory())

/**
 * Pickles any value; functions come with the local packages that they need, as these are on disk now.
 *
 * Synchronous and self-contained: the snapshot is inside the pickle. Installed packages are references by version and content,
 * unless `packages` is `include`.
 * @throws ModulePickleError with the path to what cannot be pickled
 */
export function dumps(value: unknown, options: DumpOptions = {}): Uint8Array {
  return dumpsFrom(source, value, options)
}

/**
 * The value of a pickle. Puts the local packages that it carries into the cache, checks the installed ones, imports the modules,
 * then decodes. Runs code: only for pickles from a source that you trust, or with a `key`, or with `allow: 'data'`.
 * @throws ModulePickleError; ERR_PACKAGE_MISMATCH before anything runs
 */
export async function loads<T = unknown>(bytes: Uint8Array, options: LoadOptions = {}): Promise<T> {
  return (await loadsWith(arriving, bytes, options)) as T
}

/**
 * As `loads`, without waiting.
 * @throws ModulePickleError ERR_MODULE_ASYNC for a module with top-level await
 */
export function loadsSync<T = unknown>(bytes: Uint8Array, options: LoadOptions = {}): T {
  return loadsSyncWith(arriving, bytes, options) as T
}

/** A CloudPickler class, also one of your own, that ships the local packages its pickles refer to. */
export function extend<B extends PicklerClass>(
  Base: B,
): new (...parameters: ConstructorParameters<B>) => InstanceType<B> & ShipsModules {
  return extendWith(Base, { source, selfContained: true, packages: 'reference' })
}

/**
 * From now on `dumps` and `loads` of modulepickle/cloudpickle, wherever they were imported, are those of this module. Calling it
 * twice is calling it once.
 */
export function extendCloudpickle(): void {
  installExtension({ dumps, loads })
}

const arriving: Arriving = directories => ({
  // Opened only for pickles that carry or name snapshots.
  get cache() {
    return receivingCache()
  },
  packages: { directories, runtime: packageDirectory },
})
