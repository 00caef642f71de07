/**
 * Installed packages as a function's module belongs to one: by name, exact version and the file inside.
 *
 * A package is installed when it lies in `node_modules`, or when it is linked there from outside the project that runs.
 */
import { realpathSync } from 'node:fs'
import path from 'node:path'
import { installedFile, isInNodeModules, type InstalledFile } from '../../cloudpickle/source/installed-package.ts'
import { findPackageDirectory } from '../../cloudpickle/source/resolve.ts'
import { findRoot, isWithin } from './project.ts'

/** `file` is a real path; `startingPoints` are files of the projects that run. */
export function findInstalled(file: string, startingPoints: readonly string[]): InstalledFile | undefined {
  const found = installedFile(file)
  if (!found || isInNodeModules(file) || isLinkedFromOutside(found.directory, found.name, startingPoints)) return found
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
