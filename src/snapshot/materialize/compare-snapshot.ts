/**
 * Whether a directory holds exactly what a snapshot and its links are: every name, mode, content and link, and nothing else.
 *
 * Reads and hashes every file. For directories whose seal does not tell: after a restart, after a copy, or after a change.
 */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import path from 'node:path'
import { objectId } from '../objects/object-id.ts'
import type { ObjectId } from '../objects/snapshot.ts'
import { decodeTree, type TreeEntry } from '../objects/tree.ts'
import type { BoundLinks } from './bound-links.ts'
import { modeOf, type ObjectSource } from './write-snapshot.ts'

/** Returns how many bytes of files are the directory's own, or undefined where it differs. */
export function compareWithTree(
  root: ObjectId,
  links: BoundLinks,
  directory: string,
  objects: ObjectSource,
): number | undefined {
  const left = entriesBelow(directory)
  const take = (relative: string): boolean => left.delete(relative)
  let ownBytes = 0
  const open = [{ id: root, path: '' }]
  for (let tree = open.pop(); tree; tree = open.pop()) {
    for (const entry of decodeTree(objects.read(tree.id, 'tree'))) {
      const relative = tree.path === '' ? entry.name : `${tree.path}/${entry.name}`
      const bytes = take(relative) ? compareEntry(entry, path.join(directory, relative)) : undefined
      if (bytes === undefined) return undefined
      ownBytes += bytes
      if (entry.mode === '40000') open.push({ id: entry.id, path: relative })
    }
  }
  for (const [link, target] of links) {
    if (!take(link) || !isLinkTo(target, path.join(directory, link))) return undefined
    for (let parent = path.posix.dirname(link); parent !== '.'; parent = path.posix.dirname(parent)) take(parent)
  }
  return left.size === 0 ? ownBytes : undefined
}

/** Names with `/`, of directories, too. Links are not followed. */
function entriesBelow(directory: string): Set<string> {
  const found = new Set<string>()
  const open = ['']
  for (let parent = open.pop(); parent !== undefined; parent = open.pop()) {
    for (const entry of readdirSync(path.join(directory, parent), { withFileTypes: true })) {
      const relative = parent === '' ? entry.name : `${parent}/${entry.name}`
      found.add(relative)
      if (entry.isDirectory()) open.push(relative)
    }
  }
  return found
}

function compareEntry({ id, mode }: TreeEntry, file: string): number | undefined {
  const stat = lstatSync(file)
  if (mode === '40000') return stat.isDirectory() ? 0 : undefined
  if (mode === '120000') {
    const isSame = stat.isSymbolicLink() && objectId('blob', readlinkSync(file, { encoding: 'buffer' })) === id
    return isSame ? 0 : undefined
  }
  const isSame = stat.isFile() && hasMode(stat.mode, modeOf(mode)) && objectId('blob', readFileSync(file)) === id
  return isSame ? (stat.nlink > 1 ? 0 : stat.size) : undefined
}

/** Windows knows no more of modes than whether a file can be written. */
function hasMode(actual: number, expected: number): boolean {
  const bits = process.platform === 'win32' ? 0o222 : 0o777
  return (actual & bits) === (expected & bits)
}

function isLinkTo(target: string, link: string): boolean {
  const stat = lstatSync(link)
  return stat.isSymbolicLink() && path.resolve(path.dirname(link), readlinkSync(link)) === path.resolve(target)
}
