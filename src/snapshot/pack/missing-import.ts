/**
 * What to do about an import that leads nowhere: said while packing, in terms of the author's tree, because on the other end
 * Node would speak of a directory of the cache.
 *
 * Input: a specifier and the file with it. Output: the end of a message. Decides nothing.
 */
import path from 'node:path'
import { isInNodeModules } from '../../cloudpickle/source/installed-package.ts'
import { nearestPackage } from '../../cloudpickle/source/package-json.ts'
import { findPackageDirectory, isPathSpecifier, splitPackageSpecifier } from '../../cloudpickle/source/resolve.ts'
import type { Disk } from './disk.ts'
import { isCompiled } from './output-path.ts'
import { isWithin, posixRelative } from './project.ts'
import { matchPattern } from './targets.ts'
import { TsConfigs } from './tsconfig.ts'

/** Whether Node looks for `specifier` in the file system alone: a URL of another scheme is its own business. */
export function namesFileOrPackage(specifier: string): boolean {
  return isPathSpecifier(specifier) || !/^[a-z][a-z0-9+.-]*:/i.test(specifier)
}

/** Why `specifier` in `file` leads nowhere, and what to do. */
export function explainMissing(root: string, file: string, specifier: string, disk: Disk): string {
  if (isPathSpecifier(specifier)) return 'which is no file. Correct the specifier, or build what it names.'
  const owner = nearestPackage(file, disk.packageJson)
  if (specifier.startsWith('#')) {
    const json = owner ? posixRelative(root, path.join(owner.directory, 'package.json')) : 'package.json'
    return `which \`imports\` of ${json} leads to no file. Correct either, or build what it names.`
  }
  const alias = isCompiled(file) ? aliasOf(file, specifier, disk) : undefined
  if (alias !== undefined) {
    return `which \`paths\` of tsconfig.json (${JSON.stringify(alias)}) lead to no file. Correct the specifier or the paths.`
  }
  const name = splitPackageSpecifier(specifier)?.name
  if (name === undefined) return 'which names neither a file nor a package. Correct the specifier.'
  const directory = owner?.json.name === name ? owner.directory : findPackageDirectory(name, file, disk)
  if (directory === undefined) return `and no package ${name} is installed. Install it: npm install ${name}`
  const real = disk.realPath(directory)
  if (!isWithin(real, root) || isInNodeModules(path.relative(root, real))) {
    return `which ${real} has no file for. Correct the specifier, or install ${name} again.`
  }
  const place = posixRelative(root, real) || '.'
  return `which is the package in ${place}, and that has no file for it. Build ${place}, or correct its package.json.`
}

/** What stands for every name says nothing about this one. */
function aliasOf(file: string, specifier: string, disk: Disk): string | undefined {
  const patterns = [...new TsConfigs(disk).nearest(path.dirname(file)).paths.keys()]
  return patterns.find(pattern => pattern !== '*' && matchPattern(pattern, specifier) !== undefined)
}
