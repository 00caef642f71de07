/**
 * CloudUnpickler: an Unpickler that finds functions in the modules that the manifest named, and revives those by value.
 *
 * Synchronous: every module it may need has been evaluated before. What the globals of module `cloudpickle` do stands in revive/.
 */
import path from 'node:path'
import { ModulePickleError } from '../errors.ts'
import { readPreamble, Unpickler, type UnpicklerOptions } from '../pickle/index.ts'
import { fromPersistentId, type Manifest } from './manifest.ts'
import {
  reviveClosure,
  reviveCode,
  reviveInterop,
  reviveScope,
  setClosureState,
  type ScopeHandle,
} from './revive/code.ts'
import { reviveBound, reviveError, setErrorState } from './revive/instances.ts'
import type { LoadedModules } from './revive/loaded-modules.ts'
import { moduleContext, type ModuleContext } from './revive/module-context.ts'

/** @throws ModulePickleError when the pickle's head is damaged or of a format version that is not read here */
export function readManifest(bytes: Uint8Array): Manifest {
  return fromPersistentId(readPreamble(bytes))
}

export class CloudUnpickler extends Unpickler {
  readonly #modules: LoadedModules
  readonly #contexts = new Map<string, ModuleContext>()
  readonly #revivers: Readonly<Record<string, unknown>> = {
    code: (text: string, firstLine: string, name: string, context: ModuleContext | null) =>
      this.#reviveCode(text, firstLine, name, context),
    scope: reviveScope,
    closure: reviveClosure,
    setClosureState,
    interop: reviveInterop,
    bind: reviveBound,
    error: reviveError,
    setErrorState,
  }

  constructor(bytes: Uint8Array, modules: LoadedModules, options: UnpicklerOptions = {}) {
    super(bytes, options)
    this.#modules = modules
  }

  override findClass(module: string, name: string): unknown {
    if (module === 'cloudpickle' && Object.hasOwn(this.#revivers, name)) return this.#revivers[name]
    if (name === 'import.meta') return this.#contextOf(module)
    return module.includes(':') || module.startsWith('modulepickle')
      ? this.#modules.find(module, name)
      : super.findClass(module, name)
  }

  /** The manifest was read before decoding began. */
  override persistentLoad(id: unknown): unknown {
    return fromPersistentId(id)
  }

  /** Hook: the file name that stack traces show for code from `name` in the directory of `context`. */
  protected sourceFile(context: ModuleContext, name: string): string {
    return path.join(path.dirname(context.file), name)
  }

  #contextOf(module: string): ModuleContext {
    let context = this.#contexts.get(module)
    if (!context) {
      const file = this.#modules.fileOf(module)
      if (file === undefined) throw new ModulePickleError('ERR_GLOBAL_UNKNOWN', `${module} is not a file here.`)
      context = moduleContext(file)
      this.#contexts.set(module, context)
    }
    return context
  }

  #reviveCode(text: string, firstLine: string, name: string, context: ModuleContext | null): ScopeHandle {
    const known = context ?? moduleContext(path.join(process.cwd(), name))
    return reviveCode(text, firstLine, context ? this.sourceFile(context, name) : name, known)
  }
}
