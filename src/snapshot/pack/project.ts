/**
 * The project that a file belongs to, and the local packages it is made of.
 *
 * The root is the workspace root that encloses the file, else the directory of its nearest package.json. Everything below
 * the root by real path, and not in `node_modules`, is local. Nothing is run and no package manager is asked.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { isInNodeModules } from '../../cloudpickle/source/installed-package.ts'
import { liveFiles, type FileView } from '../../cloudpickle/source/file-view.ts'
import { ancestors, readPackageJson, type PackageJson } from '../../cloudpickle/source/package-json.ts'
import { globToRegExp, normalizeGlob } from './globs.ts'

/** What decides about projects and packages, as it is now or as packing has noted it down. */
interface ProjectFiles extends Pick<FileView, 'isFile' | 'packageJson'> {
  readText(file: string): string
}

const live: ProjectFiles = { ...liveFiles, readText: file => readFileSync(file, 'utf8') }

/** The root of the project that owns `file`, a real path; undefined where there is no package.json above it. */
export function findRoot(file: string): string | undefined {
  if (isInNodeModules(file)) return undefined
  const directories = [...ancestors(path.dirname(file))]
  const enclosing = directories.find(directory => ownsAsWorkspace(directory, directories))
  return enclosing ?? directories.find(directory => isPackageRoot(directory, directories))
}

/** True when `file` is `directory` or below it: `/proj2` is not below `/proj`. */
export function isWithin(file: string, directory: string): boolean {
  if (isPlainlyBelow(file, directory)) return true
  const relative = path.relative(directory, file)
  return relative === '' || (relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative))
}

/** `file` relative to `root`, with `/`. */
export function posixRelative(root: string, file: string): string {
  if (isPlainlyBelow(file, root)) return file.slice(root.length + 1)
  return path.relative(root, file).split(path.sep).join('/')
}

/** Without asking what the paths mean, which costs ten times as much; false where that has to be asked. */
function isPlainlyBelow(file: string, directory: string): boolean {
  return path.sep === '/' && file.startsWith(`${directory}/`) && !/\/\.{0,2}(?:\/|$)/.test(file.slice(directory.length))
}

/** Does the workspace at `directory` own a file whose ancestors are `directories`, itself or through a member? */
function ownsAsWorkspace(directory: string, directories: readonly string[]): boolean {
  const globs = workspaceGlobs(directory)
  if (globs === undefined) return false
  const inner = directories.slice(0, directories.indexOf(directory)).filter(isNotMarker)
  return inner.length === 0 || inner.some(candidate => isMember(directory, candidate, globs))
}

function isNotMarker(directory: string): boolean {
  const json = readPackageJson(directory)
  return json !== undefined && !isMarker(json)
}

/** A package.json that only says which module system a directory uses is part of the package around it. */
function isPackageRoot(directory: string, directories: readonly string[]): boolean {
  const json = readPackageJson(directory)
  if (json === undefined) return false
  if (!isMarker(json)) return true
  const outer = directories.slice(directories.indexOf(directory) + 1).find(candidate => readPackageJson(candidate))
  return outer === undefined || !namesPathIn(readPackageJson(outer), posixRelative(outer, directory))
}

function isMarker(json: PackageJson): boolean {
  const keys = Object.keys(json)
  return keys.length > 0 && keys.every(key => key === 'type' || key === 'sideEffects')
}

function namesPathIn(json: PackageJson | undefined, directory: string): boolean {
  const text = JSON.stringify([json?.main, json?.['module'], json?.exports, json?.['bin']])
  return text.includes(`./${directory}/`) || text.includes(`"${directory}/`)
}

/** The workspace patterns that a directory declares: package.json `workspaces`, or pnpm-workspace.yaml `packages:`. */
export function workspaceGlobs(directory: string, files: ProjectFiles = live): readonly string[] | undefined {
  const declared = files.packageJson(directory)?.['workspaces']
  const list = Array.isArray(declared) ? declared : (Object(declared) as { packages?: unknown }).packages
  if (Array.isArray(list)) return list.filter(glob => typeof glob === 'string')
  const pnpm = path.join(directory, 'pnpm-workspace.yaml')
  return files.isFile(pnpm) ? readPnpmPackages(files.readText(pnpm)) : undefined
}

/** The one list this project needs from pnpm-workspace.yaml, in block or flow form. */
function readPnpmPackages(text: string): readonly string[] {
  const lines = text.split(/\r?\n/)
  const start = lines.findIndex(line => /^packages\s*:/.test(line))
  const flow = /^packages\s*:\s*\[(.*)\]/.exec(lines[start] ?? '')?.[1]
  if (flow !== undefined) return (flow.match(/'[^']*'|"[^"]*"|[^,\s]+/g) ?? []).map(unquote)
  const globs: string[] = []
  for (const line of start === -1 ? [] : lines.slice(start + 1)) {
    const item = /^\s*-\s+(.+)$/.exec(line)?.[1]
    if (item !== undefined) globs.push(unquote(item))
    else if (/^\S/.test(line) && !line.startsWith('#')) break
  }
  return globs
}

function unquote(text: string): string {
  const quoted = /^\s*(?:'([^']*)'|"([^"]*)")/.exec(text)
  return quoted ? (quoted[1] ?? quoted[2] ?? '') : text.replace(/\s+#.*$/, '').trim()
}

/** Is `directory` a member package of the workspace at `root`, which declares `globs`? */
export function isMember(
  root: string,
  directory: string,
  globs: readonly string[],
  files: ProjectFiles = live,
): boolean {
  if (directory === root || !isWithin(directory, root)) return false
  const relative = posixRelative(root, directory)
  let isIncluded = false
  for (const glob of globs) {
    const isNegated = glob.startsWith('!')
    const pattern = isNegated ? glob.slice(1) : glob
    if (normalizeGlob(pattern) !== '' && globToRegExp(pattern).test(relative)) isIncluded = !isNegated
  }
  return isIncluded && files.packageJson(directory) !== undefined
}

/** The local package that `file` is part of: the nearest workspace member above it, else the root. */
export function packageOf(root: string, file: string, files: ProjectFiles): string {
  const globs = workspaceGlobs(root, files)
  for (const directory of globs === undefined ? [] : ancestors(path.dirname(file))) {
    if (directory === root) break
    if (isMember(root, directory, globs ?? [], files)) return directory
  }
  return root
}
