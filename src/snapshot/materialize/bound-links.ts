/**
 * The links of one materialized snapshot: to the installed packages it needs, and to the modulepickle that runs here. They
 * are made on arrival and are no part of the snapshot, so they decide which directory of it is meant.
 */
import { createHash } from 'node:crypto'
import { ModulePickleError } from '../../errors.ts'
import type { SnapshotDescription } from '../objects/description.ts'

/** Path of a `node_modules` entry in the snapshot to where it leads. */
export type BoundLinks = ReadonlyMap<string, string>

/** @throws ModulePickleError ERR_SNAPSHOT_CORRUPT for a link to a package that is not needed */
export function linksOf(
  description: SnapshotDescription,
  found: ReadonlyMap<string, string>,
  runtime: string,
): BoundLinks {
  const links = new Map([['node_modules/modulepickle', runtime]])
  for (const [link, key] of Object.entries(description.links)) {
    const target = found.get(key)
    if (target === undefined) {
      throw new ModulePickleError(
        'ERR_SNAPSHOT_CORRUPT',
        `${link} of a snapshot links to ${key}, which it does not need.`,
      )
    }
    links.set(link, target)
  }
  return links
}

/** Names what a directory is linked to: a directory binds one set of packages, and another set is another directory. */
export function bindingOf(links: BoundLinks): string {
  const sorted = [...links].sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16)
}
