/**
 * The module context of a function that arrived by value: `import()`, `import.meta` and `require` as in the file it is from,
 * resolved inside the directory where that file's package now is.
 */
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { resolveModule } from '../source/resolve.ts'

export interface ModuleContext {
  readonly file: string
  readonly import: (specifier: unknown, options?: ImportCallOptions) => Promise<unknown>
  readonly meta: object
  readonly require: NodeJS.Require
}

/** The context of `file`, a module that need not exist as such: an entry is never evaluated here. */
export function moduleContext(file: string): ModuleContext {
  const { href } = pathToFileURL(file)
  const resolve = (specifier: unknown): string => resolveFrom(String(specifier), file)
  const meta = { dirname: path.dirname(file), filename: file, main: false, resolve, url: href }
  return {
    file,
    import: async (specifier, options) => (await import(resolve(specifier), options)) as unknown,
    meta: Object.assign(Object.create(null) as object, meta),
    require: createRequire(file),
  }
}

/** What cannot be resolved is left to Node, whose error then names the file that the import came from. */
function resolveFrom(specifier: string, file: string): string {
  const resolution = resolveModule(specifier, file, 'import')
  if (resolution?.kind === 'builtin') return resolution.name
  if (resolution) return pathToFileURL(resolution.file).href
  return /^\.{0,2}\//.test(specifier) ? new URL(specifier, pathToFileURL(file)).href : specifier
}
