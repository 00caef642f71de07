/**
 * Writes the files, directories and links of a snapshot into a fresh directory.
 *
 * Every directory is made here and every file opened with `wx`, so nothing that exists is followed or replaced. Files cannot
 * be written to; directories can, so that anybody can remove a cache. Code is not written once more, but linked to its object. Links may point only inside the snapshot; those to
 * installed packages are made last.
 */
import { lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ModulePickleError } from '../../errors.ts'
import { sourcesPath } from '../objects/description.ts'
import type { ObjectId, ObjectKind } from '../objects/snapshot.ts'
import { decodeTree, type TreeEntry, type TreeMode } from '../objects/tree.ts'

/** Where the objects come from. */
export interface ObjectSource {
  /** The content of an object; throws where it is missing. */
  read(id: ObjectId, kind: ObjectKind): Uint8Array
  /** Makes `target` another name of the blob's file; its size in bytes, or undefined where that cannot be. */
  link(id: ObjectId, target: string): number | undefined
}

/** More than any project has. A few small trees can name each other into any number of entries. */
const maximumEntries = 1_000_000
const maximumDepth = 200
const maximumBytes = 4 * 1024 ** 3

/**
 * Writes the tree `root` to `directory`, which exists and is empty. Returns how many bytes of files are its own, and not those of
 * objects.
 * @throws ModulePickleError ERR_SNAPSHOT_CORRUPT, before anything is written where the trees alone tell
 */
export function writeTree(root: ObjectId, directory: string, objects: ObjectSource): number {
  countEntries(root, objects, new Map(), 0)
  const open = [{ id: root, path: '' }]
  const written = { bytes: 0, ownBytes: 0 }
  for (let tree = open.pop(); tree; tree = open.pop()) {
    for (const entry of decodeTree(objects.read(tree.id, 'tree'))) {
      const relative = tree.path === '' ? entry.name : `${tree.path}/${entry.name}`
      if (path.sep !== '/' && entry.name.includes(path.sep)) throw corrupt(relative, 'its name is a path here')
      if (entry.mode === '40000') {
        mkdirSync(path.join(directory, relative), { mode: 0o700 })
        open.push({ id: entry.id, path: relative })
      } else {
        writeEntry(entry, relative, directory, objects, written)
        if (written.bytes > maximumBytes) throw corrupt(relative, 'all files together are over the limit')
      }
    }
  }
  return written.ownBytes
}

/** Each tree is read once, however often it would be written. */
function countEntries(id: ObjectId, objects: ObjectSource, known: Map<ObjectId, number>, depth: number): number {
  const counted = known.get(id)
  if (counted !== undefined) return counted
  if (depth > maximumDepth) throw corrupt('a directory', `it is more than ${maximumDepth} directories deep`)
  let count = 0
  for (const entry of decodeTree(objects.read(id, 'tree'))) {
    count += entry.mode === '40000' ? 1 + countEntries(entry.id, objects, known, depth + 1) : 1
    if (count > maximumEntries) throw corrupt(entry.name, `with it there are more than ${maximumEntries} entries`)
  }
  known.set(id, count)
  return count
}

function writeEntry(
  { id, mode }: TreeEntry,
  relative: string,
  directory: string,
  objects: ObjectSource,
  written: { bytes: number; ownBytes: number },
): void {
  const target = path.join(directory, relative)
  const linkedBytes = mode === '100644' && isCode(relative) ? objects.link(id, target) : undefined
  if (linkedBytes !== undefined) {
    written.bytes += linkedBytes
    return
  }
  const content = objects.read(id, 'blob')
  if (mode === '120000') symlinkSync(checkedLink(content, relative), target)
  else writeFileSync(target, content, { flag: 'wx', mode: modeOf(mode) })
  written.bytes += content.byteLength
  written.ownBytes += content.byteLength
}

/** How a file of that mode is written. */
export function modeOf(mode: TreeMode): number {
  return mode === '100755' ? 0o555 : 0o444
}

/**
 * What no program changes while it runs. Of anything else each directory has its own: data that code as root writes beside itself,
 * whatever the mode says, is not to show in other versions that hold the same file.
 */
function isCode(relative: string): boolean {
  return relative.startsWith(`${sourcesPath}/`) || /\.[cm]?js$/.test(relative)
}

/** A link's target must be relative, in normal form and inside: then no chain of links leads out either. */
function checkedLink(content: Uint8Array, relative: string): string {
  const target = Buffer.from(content).toString('utf8')
  const lands = path.posix.join(path.posix.dirname(relative), target)
  const isNormal = target !== '' && path.posix.normalize(target) === target && !/[\0\\]/.test(target)
  if (!isNormal || path.posix.isAbsolute(target) || lands === '..' || lands.startsWith('../')) {
    throw corrupt(relative, `it links to ${JSON.stringify(target)}`)
  }
  return target
}

/** Links `relative`, a path `…/node_modules/<name>` in the snapshot, to a package's directory. */
export function linkPackage(directory: string, relative: string, target: string): void {
  const segments = relative.split('/')
  const name = segments.pop() ?? ''
  let parent = directory
  for (const segment of segments) {
    parent = path.join(parent, segment)
    const stat = lstatSync(parent, { throwIfNoEntry: false })
    if (stat === undefined) mkdirSync(parent, { mode: 0o700 })
    else if (!stat.isDirectory()) throw corrupt(relative, `${path.relative(directory, parent)} is not a directory`)
  }
  const link = path.join(parent, name)
  if (lstatSync(link, { throwIfNoEntry: false })) throw corrupt(relative, 'the snapshot holds an entry of that name')
  symlinkSync(target, link, 'junction')
}

function corrupt(relative: string, what: string): ModulePickleError {
  return new ModulePickleError(
    'ERR_SNAPSHOT_CORRUPT',
    `${JSON.stringify(relative)} of a snapshot cannot be written: ${what}.`,
  )
}
