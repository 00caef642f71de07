/**
 * Installed packages as objects, for a receiver that has not got them.
 *
 * Input: described packages. Output: for each the tree that its description names, and what is below it. Files are read when
 * they are asked for.
 */
import { ModulePickleError } from '../../errors.ts'
import { buildTrees } from '../objects/build-trees.ts'
import { copiedTree, reachableLabels } from '../objects/package-graph.ts'
import { verifyObject } from '../objects/object-id.ts'
import type { SnapshotObject } from '../objects/snapshot.ts'
import type { DescribedPackages } from './installed-packages.ts'
import type { PackageContents } from './package-contents.ts'
import { readPackageFile, type PackageEntry } from './package-files.ts'

/**
 * All objects of the packages in a description, or of `labels` in it and all that these reach.
 * @throws ModulePickleError ERR_MODULE_UNREADABLE when a package has changed since it was described
 */
export function* packageObjects(
  { graph, directories }: DescribedPackages,
  contents: PackageContents,
  labels: Iterable<string> = Object.keys(graph),
): Generator<SnapshotObject> {
  for (const label of reachableLabels(graph, labels)) {
    const node = graph[label]!
    const directory = directories.get(label)!
    const entries = contents.entriesOf(directory)
    const { id, trees } = buildTrees(entries)
    if (id !== copiedTree(node)) throw changed(directory)
    yield* trees
    for (const entry of entries) yield fileObject(directory, entry)
  }
}

function fileObject(directory: string, { id, path, mode, sizeBytes }: PackageEntry): SnapshotObject {
  return {
    id,
    kind: 'blob',
    sizeBytes,
    read() {
      const content = readPackageFile(directory, path, mode === '120000')
      try {
        verifyObject(id, 'blob', content)
      } catch {
        throw changed(directory)
      }
      return content
    },
  }
}

function changed(directory: string): ModulePickleError {
  return new ModulePickleError(
    'ERR_MODULE_UNREADABLE',
    `The installed package in ${directory} was changed while it was being packed. Try again when the installation is over.`,
  )
}
