/**
 * The module context of functions that arrived by value: `import()`, `import.meta` and `require` as in the file they are from,
 * resolved inside the directory where that file's package now is.
 */
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { processRegistry } from '../source/process-registry.ts'
import { isPathSpecifier, resolveModule } from '../source/resolve.ts'

/** The parts of a module's context, by the names that pickles use. */
export type ModuleContext = Readonly<Record<'@import' | '@meta' | '@require' | '@filename' | '@dirname', unknown>>

/** Which context a part belongs to, so that a function which holds it can be shipped onwards. */
const owners = processRegistry(
  'contexts',
  1,
  () => new WeakMap<object, { readonly file: string; readonly name: keyof ModuleContext }>(),
)

/** The file and name that a part of a context was made for. */
export function contextPart(value: object): { readonly file: string; readonly name: keyof ModuleContext } | undefined {
  return owners.get(value)
}

/** The context of `file`, a module that need not exist as such: an entry is never evaluated here. */
export function moduleContext(file: string): ModuleContext {
  const { href } = pathToFileURL(file)
  const dirname = path.dirname(file)
  const resolve = (specifier: unknown): string => resolveFrom(String(specifier), file)
  const importModule = async (specifier: unknown, options?: ImportCallOptions): Promise<unknown> =>
    (await import(resolve(specifier), options)) as unknown
  const meta = Object.assign(Object.create(null) as object, {
    dirname,
    filename: file,
    main: false,
    resolve,
    url: href,
  })
  const require = requireFor(file)
  for (const [name, part] of Object.entries({ '@import': importModule, '@meta': meta, '@require': require })) {
    owners.set(part, { file, name: name as keyof ModuleContext })
  }
  return { '@import': importModule, '@meta': meta, '@require': require, '@filename': file, '@dirname': dirname }
}

/** What Node does not find may be TypeScript, which has another name here. */
function requireFor(file: string): NodeJS.Require {
  const plain = createRequire(file)
  const named = (specifier: string): string => {
    const isThere = !isPathSpecifier(specifier) || resolveModule(specifier, file, 'require') !== undefined
    return isThere ? specifier : compiledName(specifier)
  }
  const require = (specifier: string): unknown => plain(named(specifier))
  const resolve = (specifier: string, options?: { paths?: string[] }): string =>
    plain.resolve(named(specifier), options)
  return Object.assign(require, plain, { resolve: Object.assign(resolve, plain.resolve) })
}

/** What Node says of a package that is not there; it would look for it from here, and not from `file`. */
function notFound(specifier: string, file: string): Error {
  const isEntry = specifier.startsWith('#')
  const what = isEntry ? `Package import specifier "${specifier}" is not defined` : `Cannot find package '${specifier}'`
  const code = isEntry ? 'ERR_PACKAGE_IMPORT_NOT_DEFINED' : 'ERR_MODULE_NOT_FOUND'
  const message = `${what} imported from ${file}`
  return Object.assign(isEntry ? new TypeError(message) : new Error(message), { code })
}

/** A path that leads nowhere is left to Node, whose error then names it. */
function resolveFrom(specifier: string, file: string): string {
  const resolution = resolveModule(specifier, file, 'import') ?? resolveModule(compiledName(specifier), file, 'import')
  if (resolution?.kind === 'builtin') return resolution.name
  if (resolution) return pathToFileURL(resolution.file).href
  if (isPathSpecifier(specifier)) return new URL(specifier, pathToFileURL(file)).href
  if (URL.canParse(specifier)) return specifier
  throw notFound(specifier, file)
}

/** TypeScript was compiled when it was packed: `./a.ts` is `./a.js` here. */
function compiledName(specifier: string): string {
  return isPathSpecifier(specifier) ? specifier.replace(/\.([cm]?)tsx?$/, '.$1js') : specifier
}
