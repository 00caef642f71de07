/**
 * Installed packages as a function's module belongs to one: by name, exact version and the file inside.
 *
 * A package is installed when it lies in `node_modules`, or when it is linked there from outside the project that runs.
 */
import { realpathSync } from 'node:fs'
import path from 'node:path'
import { ancestors, readPackageJson } from '../../cloudpickle/source/package-json.ts'
import { findPackageDirectory } from '../../cloudpickle/source/resolve.ts'
import { findRoot, isInNodeModules, isWithin, posixRelative } from './project.ts'

export interface InstalledFile {
  readonly name: string
  readonly version: string
  /** Inside the package, with `/`. */
  readonly file: string
  readonly directory: string
}

/** `file` is a real path; `startingPoints` are files of the projects that run. */
export function findInstalled(file: string, startingPoints: readonly string[]): InstalledFile | undefined {
  for (const directory of ancestors(path.dirname(file))) {
    if (path.basename(directory) === 'node_modules') return undefined
    const { name, version } = readPackageJson(directory) ?? {}
    if (name === undefined || version === undefined) continue
    if (!isInNodeModules(file) && !isLinkedFromOutside(directory, name, startingPoints)) return undefined
    return { name, version, file: posixRelative(directory, file), directory }
  }
  return undefined
}

function isLinkedFromOutside(directory: string, name: string, startingPoints: readonly string[]): boolean {
  return startingPoints.some(start => {
    if (isWithin(directory, path.dirname(start))) return false
    const root = findRoot(start)
    if (root === undefined || isWithin(directory, root)) return false
    const entry = findPackageDirectory(name, path.join(root, 'package.json'))
    return entry !== undefined && realpathSync(entry) === directory
  })
}
