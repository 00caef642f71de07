/**
 * Names for receivers that use this machine's own directories: nothing is read but package.json files.
 *
 * One for the process, because all that it sends to such a receiver must agree about which directory a label is.
 */
import { InstalledPackages } from './installed-packages.ts'

const places = new InstalledPackages()

export const { byPlace } = places

/** What somebody else calls directories of this machine is what they are called here. */
export function adoptPlaces(directories: ReadonlyMap<string, string>): void {
  places.adopt(directories)
}
