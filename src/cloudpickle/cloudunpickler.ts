/**
 * CloudUnpickler: an Unpickler that finds functions in the modules that the manifest named, and revives those by value.
 *
 * Synchronous: every module it may need has been evaluated before. What the globals of module `cloudpickle` do stands in revive/.
 */
import { ModulePickleError } from '../errors.ts'
import { readPreamble, Unpickler, type UnpicklerOptions } from '../pickle/index.ts'
import { fromPersistentId, type Manifest } from './manifest.ts'
import { reviveMember } from './revive/class-members.ts'
import { setClassState } from './revive/class-state.ts'
import { reviveBound, reviveClosure, reviveCode, reviveInterop, reviveScope, setFunctionState } from './revive/code.ts'
import { reviveSuper } from './revive/home-objects.ts'
import { innerStateRevivers } from './revive/inner-state.ts'
import { addMembers, completeClass } from './revive/library-classes.ts'
import type { LoadedModules } from './revive/loaded-modules.ts'
import { ofNodeRevivers } from './revive/of-node.ts'
import { privateViews } from './revive/private-views.ts'
import { PrivateStateReviver } from './revive/private-state.ts'
import { reviveUnknownThis } from './revive/unknown-this.ts'
import { moduleContext, type ModuleContext } from './revive/module-context.ts'

/** @throws ModulePickleError when the pickle's head is damaged or of a format version that is not read here */
export function readManifest(bytes: Uint8Array): Manifest {
  return fromPersistentId(readPreamble(bytes))
}

const revivers: Readonly<Record<string, unknown>> = {
  code: reviveCode,
  scope: reviveScope,
  closure: reviveClosure,
  setFunctionState,
  setClassState,
  member: reviveMember,
  interop: reviveInterop,
  bind: reviveBound,
  super: reviveSuper,
  privateViews,
  unknownThis: reviveUnknownThis,
  ...innerStateRevivers,
  ...ofNodeRevivers,
  completeClass,
  addMembers,
}

export class CloudUnpickler extends Unpickler {
  readonly #modules: LoadedModules
  readonly #privates = new PrivateStateReviver()
  readonly #contexts = new Map<string, ModuleContext>()

  constructor(bytes: Uint8Array, modules: LoadedModules, options: UnpicklerOptions = {}) {
    super(bytes, options)
    this.#modules = modules
  }

  override load(): unknown {
    try {
      return super.load()
    } finally {
      this.#privates.close()
    }
  }

  override findClass(module: string, name: string): unknown {
    if (module === 'cloudpickle' && Object.hasOwn(revivers, name)) return revivers[name]
    if (module === 'cloudpickle' && (name === 'blank' || name === 'setPrivates')) return this.#privates[name]
    if (!module.includes(':') && !module.startsWith('modulepickle')) return super.findClass(module, name)
    return name.startsWith('@') ? this.#contextPart(module, name) : this.#modules.find(module, name)
  }

  /** The manifest was read before decoding began. */
  override persistentLoad(id: unknown): unknown {
    return fromPersistentId(id)
  }

  #contextPart(module: string, name: string): unknown {
    let context = this.#contexts.get(module)
    if (!context) {
      const file = this.#modules.fileOf(module)
      if (file === undefined) throw new ModulePickleError('ERR_GLOBAL_UNKNOWN', `${module} is not a file here.`)
      context = moduleContext(file)
      this.#contexts.set(module, context)
    }
    if (Object.hasOwn(context, name)) return context[name as keyof ModuleContext]
    throw new ModulePickleError('ERR_GLOBAL_UNKNOWN', `A module context has no ${name}.`)
  }
}
