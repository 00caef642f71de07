/**
 * What is known of the installed packages of this machine, one for a process and a cache: looking at them takes time.
 */
import { isModulePickleError } from '../../errors.ts'
import { InstalledPackages, nothing, type PackageNaming } from '../packages/installed-packages.ts'
import { StampStore } from '../packages/stamp-store.ts'
import { openCacheDirectory, type CacheDirectory } from './cache-directory.ts'

const known = new Map<string, InstalledPackages>()

export function installedPackages({ stamps }: Pick<CacheDirectory, 'stamps'>): InstalledPackages {
  const installed = known.get(stamps) ?? new InstalledPackages(new StampStore(stamps))
  known.set(stamps, installed)
  return installed
}

/** Names for any receiver. */
export const byContent: PackageNaming = {
  kind: 'content',
  describe: directories => (directories.length === 0 ? nothing : installedPackagesOfSender().describe(directories)),
}

/** As `byContent`, for packages that may be copied: with what is made for this platform. */
export const byWhole: PackageNaming = {
  kind: 'whole',
  describe: directories =>
    directories.length === 0 ? nothing : installedPackagesOfSender().describeWhole(directories),
}

/** As `byWhole`, for packages that are copied now: with a look at every file. */
export const byWholeNow: PackageNaming = {
  kind: 'whole',
  describe: directories =>
    directories.length === 0 ? nothing : installedPackagesOfSender().describeWhole(directories, 0),
}

let sender: InstalledPackages | undefined

/** For a process that packs: where there is no cache, nothing is remembered for the next process. */
export function installedPackagesOfSender(): InstalledPackages {
  return (sender ??= openInstalled())
}

function openInstalled(): InstalledPackages {
  try {
    return installedPackages(openCacheDirectory())
  } catch (error) {
    if (!isModulePickleError(error, 'ERR_CACHE_UNSAFE')) throw error
    return new InstalledPackages()
  }
}
