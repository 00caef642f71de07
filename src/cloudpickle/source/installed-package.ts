/**
 * Which installed package a file belongs to, and what that package is called.
 *
 * Below node_modules the path tells: package.json files further inside may set a type, or even a name, for a part of it.
 */
import path from 'node:path'
import { ancestors, readPackageJson, type ReadPackageJson } from './package-json.ts'

export interface InstalledFile {
  readonly name: string
  readonly version: string
  /** Posix path of the file inside the package. */
  readonly file: string
  /** The package's directory. */
  readonly directory: string
}

/** `node_modules` is a directory that holds packages, wherever it stands in the path. */
export function isInNodeModules(file: string): boolean {
  return file.split(path.sep).includes('node_modules')
}

/** undefined for a file that is in no package that has a name and a version, or lies in node_modules. */
export function installedFile(file: string, read: ReadPackageJson = readPackageJson): InstalledFile | undefined {
  const directory = packageDirectory(file, read)
  if (directory === undefined) return undefined
  return {
    ...packageIdentity(directory, read),
    file: path.relative(directory, file).split(path.sep).join('/'),
    directory,
  }
}

/** What a package calls itself; one that says nothing has the name of its directory and version 0.0.0. */
export function packageIdentity(
  directory: string,
  read: ReadPackageJson = readPackageJson,
): { readonly name: string; readonly version: string } {
  const { name, version } = read(directory) ?? {}
  return {
    name: typeof name === 'string' && name !== '' ? name : entryName(directory),
    version: typeof version === 'string' && version !== '' ? version : '0.0.0',
  }
}

function packageDirectory(file: string, read: ReadPackageJson): string | undefined {
  const isBelow = isInNodeModules(file)
  for (const directory of ancestors(path.dirname(file))) {
    if (path.basename(directory) === 'node_modules') return undefined
    const json = read(directory)
    if (isBelow ? json && isEntry(directory) : json?.name !== undefined && json.version !== undefined) return directory
  }
  return undefined
}

/** `node_modules/<name>` or `node_modules/@<scope>/<name>`. */
function isEntry(directory: string): boolean {
  return path.basename(directory.slice(0, -entryName(directory).length - 1)) === 'node_modules'
}

function entryName(directory: string): string {
  const [scope = '', name = ''] = directory.split(path.sep).slice(-2)
  return scope.startsWith('@') ? `${scope}/${name}` : name
}
