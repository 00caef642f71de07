/**
 * Where an import specifier leads, seen from a file: the answer Node or tsx would give, without loading anything.
 *
 * Node has no synchronous way to ask this on behalf of another module. On top of Node's algorithm come the liberties that
 * TypeScript runners take with local files: `./a.js` may be a.ts, `./a` may be a.ts or a/index.ts. Nothing is remembered
 * here; a FileView may.
 */
import { isBuiltin } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { conditionsFor, type ResolveMode } from './conditions.ts'
import { exportTarget, importTarget } from './exports.ts'
import { liveFiles, type FileView } from './file-view.ts'
import { ancestors, nearestPackage } from './package-json.ts'

export type { ResolveMode } from './conditions.ts'

/** `name` is with its scheme (`node:fs`); `file` is a real path. */
type Resolution = { readonly kind: 'builtin'; readonly name: string } | { readonly kind: 'file'; readonly file: string }

/** An `import()` or `require()` that a function of `file` makes when it runs. */
export interface DeferredImport {
  readonly file: string
  /** Its literal parts in order; undefined for what is computed. */
  readonly parts: readonly (string | undefined)[]
  readonly mode: ResolveMode
}

/**
 * What `specifier` means in `fromFile`; undefined when it leads nowhere.
 * @throws ModulePickleError ERR_MODULE_UNREADABLE when a package.json on the way cannot be read
 */
export function resolveModule(
  specifier: string,
  fromFile: string,
  mode: ResolveMode,
  files: FileView = liveFiles,
): Resolution | undefined {
  if (isBuiltin(specifier)) {
    return { kind: 'builtin', name: specifier.startsWith('node:') ? specifier : `node:${specifier}` }
  }
  if (specifier.startsWith('#')) return resolveImportsEntry(specifier, fromFile, mode, files)
  if (isPathSpecifier(specifier)) {
    const target = pathOf(specifier, fromFile, mode)
    return target === undefined ? undefined : resolved(findFile(target, files), files)
  }
  if (/^[a-z][a-z0-9+.-]*:/i.test(specifier)) return undefined
  return resolved(findInPackage(specifier, fromFile, mode, files), files)
}

/** Relative, absolute or a file URL: a specifier that names a file and no package. */
export function isPathSpecifier(specifier: string): boolean {
  return /^\.{0,2}\/|^\.{1,2}$|^file:/.test(specifier)
}

function resolved(file: string | undefined, files: FileView): Resolution | undefined {
  return file === undefined ? undefined : { kind: 'file', file: files.realPath(file) }
}

/** For `import`, a specifier is a URL reference; for `require`, a path. undefined for a URL that names no path. */
function pathOf(specifier: string, fromFile: string, mode: ResolveMode): string | undefined {
  if (mode === 'require' && !specifier.startsWith('file:')) return path.resolve(path.dirname(fromFile), specifier)
  const base = pathToFileURL(fromFile).href
  if (!URL.canParse(specifier, base)) return undefined
  const url = new URL(specifier, base)
  if (url.host !== '' || /%2f|%5c/i.test(url.pathname)) return undefined
  url.search = ''
  url.hash = ''
  return fileURLToPath(url)
}

const typescriptFor: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.jsx': ['.tsx', '.ts'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
}
const addedExtensions = ['.ts', '.tsx', '.js', '.mts', '.mjs', '.cts', '.cjs', '.json', '.node']

/** The file that `target` stands for: itself, its TypeScript source, itself with an extension, or a directory's index. */
function findFile(target: string, files: FileView): string | undefined {
  const isDirectory = /[/\\]$|(?:^|[/\\])\.{1,2}$/.test(target)
  const exact = isDirectory ? undefined : (findExact(target, files) ?? findWithExtension(target, files))
  return exact ?? findMain(target, files)
}

function findExact(target: string, files: FileView): string | undefined {
  if (files.isFile(target)) return target
  const extension = path.extname(target)
  const stem = target.slice(0, target.length - extension.length)
  return typescriptFor[extension]?.map(ts => stem + ts).find(file => files.isFile(file))
}

function findWithExtension(target: string, files: FileView): string | undefined {
  return addedExtensions.map(extension => target + extension).find(file => files.isFile(file))
}

function findMain(directory: string, files: FileView): string | undefined {
  if (!files.isDirectory(directory)) return undefined
  const main = files.packageJson(directory)?.main
  const target = typeof main === 'string' ? path.join(directory, main) : undefined
  const found = target && (findExact(target, files) ?? findWithExtension(target, files) ?? findIndex(target, files))
  return found ?? findIndex(directory, files)
}

function findIndex(directory: string, files: FileView): string | undefined {
  return findWithExtension(path.join(directory, 'index'), files)
}

function resolveImportsEntry(
  specifier: string,
  fromFile: string,
  mode: ResolveMode,
  files: FileView,
): Resolution | undefined {
  const owner = nearestPackage(fromFile, files.packageJson)
  const target = owner && importTarget(owner.json.imports, specifier, conditionsFor(mode))
  if (owner === undefined || target === undefined) return undefined
  if (target.startsWith('./')) return resolved(findExact(path.join(owner.directory, target), files), files)
  if (isPathSpecifier(target) || target.startsWith('#')) return undefined
  return resolveModule(target, path.join(owner.directory, 'package.json'), mode, files)
}

/** `name` or `@scope/name`, and the rest as `.` or `./…`. */
export function splitPackageSpecifier(specifier: string): { name: string; subpath: string } | undefined {
  const match = /^((?:@[^/\\%]+\/)?[^./\\%@][^/\\%]*)(\/.*)?$/.exec(specifier)
  return match?.[1] === undefined ? undefined : { name: match[1], subpath: `.${match[2] ?? ''}` }
}

function findInPackage(specifier: string, fromFile: string, mode: ResolveMode, files: FileView): string | undefined {
  const split = splitPackageSpecifier(specifier)
  if (!split) return undefined
  const self = nearestPackage(fromFile, files.packageJson)
  if (self?.json.name === split.name && self.json.exports !== undefined && self.json.exports !== null) {
    return findSubpath(self.directory, split.subpath, mode, files)
  }
  const directory = findPackageDirectory(split.name, fromFile, files)
  return directory && findSubpath(directory, split.subpath, mode, files)
}

/** The directory `node_modules/<name>` that Node would use from `fromFile`; not a real path if it is a link. */
export function findPackageDirectory(name: string, fromFile: string, files: FileView = liveFiles): string | undefined {
  for (const ancestor of ancestors(path.dirname(fromFile))) {
    if (path.basename(ancestor) === 'node_modules') continue
    const candidate = path.join(ancestor, 'node_modules', name)
    if (files.isDirectory(candidate)) return candidate
  }
  return undefined
}

function findSubpath(directory: string, subpath: string, mode: ResolveMode, files: FileView): string | undefined {
  const json = files.packageJson(directory)
  if (json?.exports !== undefined && json.exports !== null) {
    const target = exportTarget(json.exports, subpath, conditionsFor(mode))
    return target && findExact(path.join(directory, target), files)
  }
  return subpath === '.' ? findMain(directory, files) : findFile(path.join(directory, subpath), files)
}
