/**
 * Pickles of which only data is taken: no code, no class and no module is looked up, so the bytes may be anybody's.
 *
 * The one class that may come is the error of this package, which brings nothing with it.
 */
import { readManifest } from './cloudpickle/cloudunpickler.ts'
import { fromPersistentId } from './cloudpickle/manifest.ts'
import { ModulePickleError } from './errors.ts'
import { Unpickler } from './pickle/index.ts'

const ownModule = 'modulepickle'

/**
 * The value of a pickle that brings no code; `buffers` are what the pickle leaves outside of itself.
 * @throws ModulePickleError ERR_GLOBAL_FORBIDDEN for one that names modules, functions or classes
 */
export function unpickleData(bytes: Uint8Array, buffers?: Iterable<Uint8Array>): unknown {
  const { modules, snapshots } = readManifest(bytes)
  const foreign = modules.filter(module => module !== ownModule)
  if (foreign.length === 0 && snapshots.length === 0) return new DataUnpickler(bytes, buffers).load()
  throw new ModulePickleError(
    'ERR_GLOBAL_FORBIDDEN',
    `The pickle needs code (${foreign.join(', ') || 'a snapshot'}), and only data is allowed. Allow it if you trust it as a program.`,
  )
}

class DataUnpickler extends Unpickler {
  constructor(bytes: Uint8Array, buffers: Iterable<Uint8Array> | undefined) {
    super(bytes, { allow: isOwnError, ...(buffers && { buffers }) })
  }

  override findClass(module: string, name: string): unknown {
    return isOwnError(module, name) ? ModulePickleError : super.findClass(module, name)
  }

  /** The manifest was read before. */
  override persistentLoad(id: unknown): unknown {
    return fromPersistentId(id)
  }
}

function isOwnError(module: string, name: string): boolean {
  return module === ownModule && name === 'ModulePickleError'
}
