/**
 * From files to the trees that hold them: the last step of packing.
 *
 * Input is one entry a file or link, output the root tree's id and every tree object. Directories without files do not
 * exist, as in git. Of a directory that has not changed since the last time, the tree is not made again.
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

interface Directory {
  readonly children: Map<string, Directory | FileEntry>
  /** undefined where something below has changed. */
  tree?: SnapshotObject | undefined
}

export class TreeBuilder {
  readonly #root: Directory = { children: new Map() }

  /** @throws ModulePickleError ERR_SNAPSHOT_PATH when another entry claims the path */
  add(file: FileEntry): void {
    const { directory, name } = this.#open(file)
    const other = directory.children.get(name)
    if (other) throw claimedTwice(isDirectory(other) ? `${file.path}/` : other.path, file.path)
    directory.children.set(name, file)
  }

  /** Puts `file` in the place of the entry that has its path. */
  replace(file: FileEntry): void {
    const { directory, name } = this.#open(file)
    directory.children.set(name, file)
  }

  /**
   * The trees of all entries.
   * @throws ModulePickleError ERR_SNAPSHOT_PATH when a name cannot be in a tree
   */
  build(): { id: ObjectId; trees: SnapshotObject[] } {
    const trees: SnapshotObject[] = []
    return { id: encodeDirectory(this.#root, trees), trees }
  }

  #open(file: FileEntry): { directory: Directory; name: string } {
    const segments = file.path.split('/')
    const name = segments.pop() ?? ''
    let directory = this.#root
    directory.tree = undefined
    for (const segment of segments) {
      const next: Directory | FileEntry = directory.children.get(segment) ?? { children: new Map() }
      if (!isDirectory(next)) throw claimedTwice(next.path, file.path)
      directory.children.set(segment, next)
      directory = next
      directory.tree = undefined
    }
    return { directory, name }
  }
}

/** The trees of `files`, each below its path. */
export function buildTrees(files: Iterable<FileEntry>): { id: ObjectId; trees: SnapshotObject[] } {
  const builder = new TreeBuilder()
  for (const file of files) builder.add(file)
  return builder.build()
}

function isDirectory(child: Directory | FileEntry): child is Directory {
  return 'children' in child
}

/** Recursion is as deep as the directories of the sender's own disk. */
function encodeDirectory(directory: Directory, trees: SnapshotObject[], place = ''): ObjectId {
  for (const [name, child] of directory.children) {
    if (isDirectory(child)) encodeDirectory(child, trees, place === '' ? name : `${place}/${name}`)
  }
  directory.tree ??= treeOf(directory.children, place)
  trees.push(directory.tree)
  return directory.tree.id
}

/** Directories among `children` have their trees; `place` is the path of theirs. */
function treeOf(children: Directory['children'], place: string): SnapshotObject {
  const entries = [...children].map(([name, child]): TreeEntry => {
    return isDirectory(child)
      ? { mode: '40000', name, id: child.tree?.id ?? '' }
      : { mode: child.mode, name, id: child.id }
  })
  const content = encodeTree(entries, place)
  return { id: objectId('tree', content), kind: 'tree', sizeBytes: content.byteLength, read: () => content }
}

function claimedTwice(a: string, b: string): ModulePickleError {
  return new ModulePickleError('ERR_SNAPSHOT_PATH', `${a} and ${b} cannot both be in a snapshot. Rename one of them.`)
}
