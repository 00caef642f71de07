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
import { sentNumber, type ClassesByNumber } from './sent-classes.ts'
import { PrivateStateReviver } from './revive/private-state.ts'
import { reviveUnknownThis } from './revive/unknown-this.ts'
import { webRevivers } from './revive/web-objects.ts'
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
  unknownThis: reviveUnknownThis,
  ...innerStateRevivers,
  ...ofNodeRevivers,
  ...webRevivers,
  completeClass,
  addMembers,
}

/** See sent-classes.ts. */
type Track = (...sent: readonly (readonly [number: number, cls: Function, returns: boolean])[]) => void

export interface CloudUnpicklerOptions extends UnpicklerOptions {
  /** For what comes in a conversation whose two ends know classes by numbers. */
  readonly classes?: ClassesByNumber | undefined
}

export class CloudUnpickler extends Unpickler {
  readonly #modules: LoadedModules
  readonly #privates = new PrivateStateReviver()
  readonly #contexts = new Map<string, ModuleContext>()
  readonly #classes: ClassesByNumber | undefined
  readonly #ofThisLoad: Readonly<Record<string, unknown>>

  constructor(bytes: Uint8Array, modules: LoadedModules, options: CloudUnpicklerOptions = {}) {
    super(bytes, options)
    this.#modules = modules
    this.#classes = options.classes
    const { blank, setPrivates, views } = this.#privates
    const track: Track = (...sent) => {
      for (const [number, cls, returns] of sent) this.#classes?.keep(number, cls, returns)
    }
    this.#ofThisLoad = { blank, setPrivates, privateViews: views, track }
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
    if (module === 'cloudpickle' && Object.hasOwn(this.#ofThisLoad, name)) return this.#ofThisLoad[name]
    const number = sentNumber(module, name)
    if (number !== undefined) return this.#classes?.find(number) ?? unknownClass(number)
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

function unknownClass(number: number): never {
  throw new ModulePickleError(
    'ERR_GLOBAL_UNKNOWN',
    `The pickle names class ${number} of a conversation with an executor, which is not known here: nothing in the program refers to it ` +
      'any more, or the pickle is read outside of that conversation. Keep the class for as long as something of it may come back.',
  )
}
