/**
 * The modules that a pickle names, evaluated by Node's own import system, and the look-up of names in them.
 *
 * Modules are imported before decoding begins, in the manifest's order; decoding itself is synchronous and refuses every
 * module that was not imported. Finding a name never runs anything but the module's own getters.
 */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { isModuleNamespaceObject } from 'node:util/types'
import { ModulePickleError } from '../../errors.ts'
import { bindingTable, collectBindingTables } from './binding-tables.ts'
import { collectPrivateAccess } from './private-access.ts'
import { heldBinding, parseHeldName } from './held-bindings.ts'
import { rememberNamespace } from './namespaces.ts'

/** A module's file; and what it exports, where something other than Node has evaluated it in this process. */
export interface ModuleFile {
  readonly file: string
  readonly evaluated?: object | undefined
}

/** Where a module specifier of a pickle leads: the file to evaluate, or a name that Node imports as it is. */
export type ModuleLocation = ModuleFile | { readonly specifier: string }

/** Finds the modules of a pickle here; throws a coded error when one cannot be had. */
export type Locate = (module: string) => ModuleLocation

interface LoadedModule {
  readonly namespace: unknown
  /** What CommonJS and builtin modules export; undefined for ECMAScript modules. */
  readonly exports: { readonly value: unknown } | undefined
  bindings(): Record<string, unknown> | undefined
}

const nodeRequire = createRequire(import.meta.url)

export class LoadedModules {
  readonly #locate: Locate
  readonly #loaded = new Map<string, LoadedModule>()

  constructor(locate: Locate) {
    this.#locate = locate
    collectBindingTables()
    collectPrivateAccess()
  }

  async load(modules: readonly string[]): Promise<void> {
    for (const module of modules) {
      const location = this.#existing(module)
      const isData = 'file' in location && location.file.endsWith('.json')
      const evaluated = 'file' in location ? location.evaluated : undefined
      const namespace: unknown = isData ? undefined : (evaluated ?? (await import(importSpecifier(location))))
      this.#loaded.set(module, describe(location, namespace))
    }
  }

  /** @throws ModulePickleError ERR_MODULE_ASYNC for a module with top-level await */
  loadSync(modules: readonly string[]): void {
    for (const module of modules) {
      const location = this.#existing(module)
      this.#loaded.set(module, describe(location, requireModule(module, location)))
    }
  }

  #existing(module: string): ModuleLocation {
    const location = this.#locate(module)
    if (!('file' in location) || existsSync(location.file)) return location
    throw new ModulePickleError(
      'ERR_GLOBAL_UNKNOWN',
      `${module} does not exist here: there is no file ${location.file}.`,
    )
  }

  /** @throws ModulePickleError ERR_GLOBAL_FORBIDDEN, ERR_GLOBAL_UNKNOWN */
  find(module: string, name: string): unknown {
    const loaded = this.#loaded.get(module)
    if (!loaded) {
      throw new ModulePickleError(
        'ERR_GLOBAL_FORBIDDEN',
        `The pickle uses ${name} of ${module}, but its manifest does not name that module. It was altered, or made by another version.`,
      )
    }
    if (name === '*') return loaded.namespace
    if (name === 'module.exports') return loaded.exports ? loaded.exports.value : loaded.namespace
    if (name === '#') return loaded.bindings() ?? missing(module, name)
    if (name === 'default' && loaded.exports && !hasDefault(loaded.exports.value)) return loaded.exports.value
    const held = parseHeldName(name)
    if (held) return (heldBinding(this.find(module, held.witness), held) ?? missing(module, name)).value
    const isOwn = name.startsWith('#')
    const root = isOwn ? loaded.bindings() : (loaded.exports?.value ?? loaded.namespace)
    let found: unknown = root
    for (const part of name.slice(isOwn ? 1 : 0).split('.')) {
      if (found === null || found === undefined || !(part in Object(found))) return missing(module, name)
      found = (found as Record<string, unknown>)[part]
    }
    return found
  }

  /** The file that a module of the pickle is here, whether or not it was evaluated. */
  fileOf(module: string): string | undefined {
    const location = this.#locate(module)
    return 'file' in location ? location.file : undefined
  }
}

/** What CommonJS exports is its default export as Node has it, unless a compiler wrote one. */
function hasDefault(exports: unknown): boolean {
  return exports !== null && exports !== undefined && 'default' in Object(exports)
}

function importSpecifier(location: ModuleLocation): string {
  return 'file' in location ? pathToFileURL(location.file).href : location.specifier
}

function requireModule(module: string, location: ModuleLocation): unknown {
  try {
    return nodeRequire('file' in location ? location.file : location.specifier)
  } catch (cause) {
    if ((cause as { code?: string }).code !== 'ERR_REQUIRE_ASYNC_MODULE') throw cause
    throw new ModulePickleError(
      'ERR_MODULE_ASYNC',
      `${module} uses top-level await; load the pickle with loads() instead.`,
      {
        cause,
      },
    )
  }
}

function describe(location: ModuleLocation, namespace: unknown): LoadedModule {
  if (!('file' in location)) {
    const isBuiltin = location.specifier.startsWith('node:')
    return { namespace, exports: isBuiltin ? { value: exportsOf(namespace) } : undefined, bindings: () => undefined }
  }
  const { file } = location
  if (isModuleNamespaceObject(namespace)) rememberNamespace(namespace as object, file)
  const isJson = file.endsWith('.json')
  const cached = isJson ? { exports: nodeRequire(file) as unknown } : nodeRequire.cache[file]
  return {
    namespace: isJson ? { default: cached?.exports } : namespace,
    exports: cached && { value: cached.exports },
    bindings: () => bindingTable(pathToFileURL(file).href, file),
  }
}

/** What a builtin module exports to `require()`, which is its namespace's default. */
function exportsOf(builtin: unknown): unknown {
  return isModuleNamespaceObject(builtin) ? (builtin as { default: unknown }).default : builtin
}

function missing(module: string, name: string): never {
  throw new ModulePickleError(
    'ERR_GLOBAL_UNKNOWN',
    `${module} has no ${name} here. The pickle and the module do not match.`,
  )
}
