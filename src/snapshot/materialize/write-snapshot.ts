/**
 * Writes the files, directories and links of a snapshot into a fresh directory.
 *
 * Every directory is made here and every file opened with `wx`, so nothing that exists is followed or replaced. Files cannot
 * be written to; directories can, so that anybody can remove a cache. Links may point only inside the snapshot; those to
 * installed packages are made last.
 */
import { lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ModulePickleError } from '../../errors.ts'
import type { ObjectId, ObjectKind } from '../objects/snapshot.ts'
import { decodeTree, kindOfMode, type TreeEntry } from '../objects/tree.ts'

/** The content of an object; throws where it is missing. */
type ReadObject = (id: ObjectId, kind: ObjectKind) => Uint8Array

/** More than any project has. A few small trees can name each other into any number of entries. */
const maximumEntries = 1_000_000
const maximumDepth = 200
const maximumBytes = 4 * 1024 ** 3

/**
 * Writes the tree `root` to `directory`, which exists and is empty.
 * @throws ModulePickleError ERR_SNAPSHOT_CORRUPT, before anything is written where the trees alone tell
 */
export function writeTree(root: ObjectId, directory: string, read: ReadObject): void {
  countEntries(root, read, new Map(), 0)
  const open = [{ id: root, path: '' }]
  let bytes = 0
  for (let tree = open.pop(); tree; tree = open.pop()) {
    for (const entry of decodeTree(read(tree.id, 'tree'))) {
      const relative = tree.path === '' ? entry.name : `${tree.path}/${entry.name}`
      if (path.sep !== '/' && entry.name.includes(path.sep)) throw corrupt(relative, 'its name is a path here')
      if (entry.mode === '40000') {
        mkdirSync(path.join(directory, relative), { mode: 0o700 })
        open.push({ id: entry.id, path: relative })
      } else {
        bytes += writeEntry(entry, relative, directory, read)
        if (bytes > maximumBytes) throw corrupt(relative, 'all files together are over the limit')
      }
    }
  }
}

/** Each tree is read once, however often it would be written. */
function countEntries(id: ObjectId, read: ReadObject, known: Map<ObjectId, number>, depth: number): number {
  const counted = known.get(id)
  if (counted !== undefined) return counted
  if (depth > maximumDepth) throw corrupt('a directory', `it is more than ${maximumDepth} directories deep`)
  let count = 0
  for (const entry of decodeTree(read(id, 'tree'))) {
    count += entry.mode === '40000' ? 1 + countEntries(entry.id, read, known, depth + 1) : 1
    if (count > maximumEntries) throw corrupt(entry.name, `with it there are more than ${maximumEntries} entries`)
  }
  known.set(id, count)
  return count
}

function writeEntry(entry: TreeEntry, relative: string, directory: string, read: ReadObject): number {
  const content = read(entry.id, kindOfMode(entry.mode))
  const target = path.join(directory, relative)
  if (entry.mode === '120000') symlinkSync(checkedLink(content, relative), target)
  else writeFileSync(target, content, { flag: 'wx', mode: entry.mode === '100755' ? 0o555 : 0o444 })
  return content.byteLength
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
