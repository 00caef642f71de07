/**
 * Modules that travel by value although the other end could import them, because somebody said so: the counterpart of
 * cloudpickle's `register_pickle_by_value`.
 *
 * What is said holds for the whole process, for every copy of this package in it, until it is taken back.
 */
import { existsSync, realpathSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ModulePickleError } from '../errors.ts'
import { ancestors, readPackageJson } from './source/package-json.ts'
import { processRegistry } from './source/process-registry.ts'
import { isPathSpecifier, resolveModule } from './source/resolve.ts'

interface ByValue {
  readonly files: Set<string>
  /** Names of packages, local or installed, of which every module is meant. */
  readonly packages: Set<string>
  /** Changes with each registration. */
  version: number
}

const registered = processRegistry('by-value', 1, (): ByValue => {
  return { files: new Set(), packages: new Set(), version: 0 }
})

/**
 * From now on functions and classes of that module travel by value, with the variables of the module that they use: they need
 * not be the same, or there at all, on the other end. What they import still travels by name. Useful for code in an installed
 * package that the other end lacks. Values that travelled before are not affected.
 * @param module the URL (or absolute path) of a file, as `import.meta.resolve('./helpers.ts')` gives it; a package's name, for
 * all of its modules; or a specifier such as `package/file`, resolved from the current directory
 * @throws ModulePickleError ERR_MODULE_NOT_FOUND
 */
export function registerPickleByValue(module: string | URL): void {
  const { files, packages } = registered
  const { file, name } = whatIsMeant(module)
  if (file === undefined && !isPackageHere(name)) {
    throw notFound(name, 'there is no such package here. Pass the URL of a file of it, or install it')
  }
  if (file === undefined) packages.add(name)
  else files.add(file)
  registered.version++
}

/**
 * Takes back what `registerPickleByValue` said.
 * @returns whether it had been said
 * @throws ModulePickleError ERR_MODULE_NOT_FOUND
 */
export function unregisterPickleByValue(module: string | URL): boolean {
  const { files, packages } = registered
  const { file, name } = whatIsMeant(module)
  registered.version++
  return file === undefined ? packages.delete(name) : files.delete(file)
}

/** Whether somebody said that the module of a file travels by value. */
export function isRegisteredByValue(file: string): boolean {
  const { files, packages } = registered
  if (files.has(file)) return true
  return packages.size > 0 && packages.has(packageName(file) ?? '')
}

/** Another number whenever that may have changed. */
export function registrations(): number {
  return registered.version
}

type Meant = { readonly file: string; readonly name?: never } | { readonly file?: never; readonly name: string }

function whatIsMeant(module: string | URL): Meant {
  if (typeof module !== 'string' && !(module instanceof URL)) {
    throw notFound(`A ${typeof module}`, 'it names no module. Pass the URL of a file, or the name of a package')
  }
  const text = String(module)
  const file = text.startsWith('file:') ? fileURLToPath(text) : path.isAbsolute(text) ? text : undefined
  if (file !== undefined) return { file: existing(file, text) }
  if (isBuiltin(text)) throw notFound(text, "Node's own modules are on both ends")
  if (isPathSpecifier(text))
    throw notFound(text, `a relative path could be meant from anywhere. Pass import.meta.resolve('${text}')`)
  if (/^(@[^/]+\/)?[^/]+$/.test(text)) return { name: text }
  const resolution = resolveModule(text, path.join(process.cwd(), 'package.json'), 'import')
  if (resolution?.kind === 'file') return { file: resolution.file }
  throw notFound(text, 'it leads nowhere from the current directory. Pass the URL of the file')
}

/** Whether the program or the current directory is in the package, or has it installed. */
function isPackageHere(name: string): boolean {
  const [, main] = process.argv
  const directories = [process.cwd(), ...(main === undefined ? [] : [path.dirname(path.resolve(main))])]
  return directories.some(directory => {
    for (const each of ancestors(directory)) {
      if (readPackageJson(each)?.name === name || existsSync(path.join(each, 'node_modules', name))) return true
    }
    return false
  })
}

function existing(file: string, text: string): string {
  try {
    return realpathSync(file)
  } catch {
    throw notFound(text, 'there is no such file')
  }
}

function notFound(module: string, why: string): ModulePickleError {
  return new ModulePickleError('ERR_MODULE_NOT_FOUND', `${module} cannot be made to travel by value: ${why}.`)
}

/** The name of the package around a file; the innermost package.json may only set `type`. */
function packageName(file: string): string | undefined {
  for (const directory of ancestors(path.dirname(file))) {
    if (path.basename(directory) === 'node_modules') return undefined
    const name = readPackageJson(directory)?.name
    if (name !== undefined) return name
  }
  return undefined
}
