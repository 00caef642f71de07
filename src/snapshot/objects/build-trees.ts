/**
 * From a flat list of files to the trees that hold them: the last step of packing.
 *
 * Input is one entry a file or link, output the root tree's id and every tree object. Directories without files do not
 * exist, as in git.
 */
import { ModulePickleError } from '../../errors.ts'
import { objectId } from './object-id.ts'
import type { ObjectId, SnapshotObject } from './snapshot.ts'
import { encodeTree, type TreeEntry, type TreeMode } from './tree.ts'

/** A file or link: `path` is relative to the root of the snapshot, with `/`. */
export interface FileEntry {
  readonly path: string
  readonly mode: Exclude<TreeMode, '40000'>
  readonly id: ObjectId
}

type Directory = Map<string, Directory | FileEntry>

/** @throws ModulePickleError ERR_SNAPSHOT_PATH when two entries claim one path, or a name cannot be in a tree */
export function buildTrees(files: Iterable<FileEntry>): { id: ObjectId; trees: SnapshotObject[] } {
  const root: Directory = new Map()
  for (const file of files) insert(root, file)
  const trees: SnapshotObject[] = []
  return { id: encodeDirectory(root, trees), trees }
}

function insert(root: Directory, file: FileEntry): void {
  const segments = file.path.split('/')
  const name = segments.pop() ?? ''
  let directory = root
  for (const segment of segments) {
    const next = directory.get(segment) ?? new Map<string, Directory | FileEntry>()
    if (!(next instanceof Map)) throw claimedTwice(next.path, file.path)
    directory.set(segment, next)
    directory = next
  }
  if (directory.has(name)) throw claimedTwice(file.path, file.path)
  directory.set(name, file)
}

/** Recursion is as deep as the directories of the sender's own disk. */
function encodeDirectory(directory: Directory, trees: SnapshotObject[]): ObjectId {
  const entries: TreeEntry[] = []
  for (const [name, child] of directory) {
    if (child instanceof Map) entries.push({ mode: '40000', name, id: encodeDirectory(child, trees) })
    else entries.push({ mode: child.mode, name, id: child.id })
  }
  const content = encodeTree(entries)
  const id = objectId('tree', content)
  trees.push({ id, kind: 'tree', sizeBytes: content.byteLength, read: () => content })
  return id
}

function claimedTwice(a: string, b: string): ModulePickleError {
  return new ModulePickleError('ERR_SNAPSHOT_PATH', `${a} and ${b} cannot both be in a snapshot. Rename one of them.`)
}
