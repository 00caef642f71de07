/**
 * modulepickle/cloudpickle: functions by reference or by value, modules by name only.
 *
 * The other end must have the same local files at the same place; packages that carry their code are a layer further up.
 */
import { isBuiltin } from 'node:module'
import { fileURLToPath } from 'node:url'
import { ModulePickleError } from '../errors.ts'
import * as pickle from '../pickle/index.ts'
import { CloudPickler } from './cloudpickler.ts'
import { CloudUnpickler, readManifest } from './cloudunpickler.ts'
import { currentExtension } from './extension.ts'
// oxlint-disable-next-line import/no-self-import -- its exports, as others see them
import * as exports from './index.ts'
import { registerExports } from './public-names.ts'
import { LoadedModules, type ModuleLocation } from './revive/loaded-modules.ts'

export { registerPickleByValue, unregisterPickleByValue } from './by-value.ts'
export { CloudPickler, type CloudPicklerOptions } from './cloudpickler.ts'
export type { DeferredImport } from './source/resolve.ts'
export type { FunctionTravel } from './capture/function-travel.ts'
export type { ModuleTarget } from './capture/function-reference.ts'
export type { Manifest } from './manifest.ts'

registerExports('modulepickle/pickle', pickle)
registerExports('modulepickle/cloudpickle', exports)

/** Pickles any value, functions included. After `extendCloudpickle()` of modulepickle, with the packages that they need. */
export function dumps(value: unknown): Uint8Array {
  return currentExtension()?.dumps(value) ?? new CloudPickler().dump(value)
}

/**
 * Imports the modules that the pickle names, then decodes it. Runs code: only for pickles from a source that you trust. After
 * `extendCloudpickle()` of modulepickle it reads pickles that carry packages, too.
 */
export async function loads<T = unknown>(bytes: Uint8Array): Promise<T> {
  const manifest = readManifest(bytes)
  const extension = manifest.modules.every(isFoundByName) ? undefined : currentExtension()
  if (extension) return (await extension.loads(bytes)) as T
  const modules = new LoadedModules(locateByName)
  await modules.load(manifest.modules)
  return new CloudUnpickler(bytes, modules).load() as T
}

/** Whether the module is on this machine under that very name. */
function isFoundByName(module: string): boolean {
  return module.startsWith('file:') || isBuiltin(module) || /^modulepickle(\/|$)/.test(module)
}

function locateByName(module: string): ModuleLocation {
  if (module.startsWith('file:')) return { file: fileURLToPath(module) }
  if (isFoundByName(module)) return { specifier: module }
  throw new ModulePickleError(
    'ERR_SNAPSHOT_MISSING',
    `The pickle names ${module}, which modulepickle/cloudpickle does not resolve. Load it with loads() of modulepickle, or call its extendCloudpickle() first.`,
  )
}
