/**
 * Which installed package a file belongs to. The innermost package.json may only set `type`; the one with a name counts.
 */
import path from 'node:path'
import { ancestors, readPackageJson } from './package-json.ts'

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

/** undefined for a file that no package.json with a name and a version encloses below its node_modules directory. */
export function installedFile(file: string): InstalledFile | undefined {
  for (const directory of ancestors(path.dirname(file))) {
    if (path.basename(directory) === 'node_modules') return undefined
    const json = readPackageJson(directory)
    if (json?.name === undefined || json.version === undefined) continue
    const inside = path.relative(directory, file).split(path.sep).join('/')
    return { name: json.name, version: json.version, file: inside, directory }
  }
  return undefined
}
