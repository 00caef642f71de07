/**
 * Installed packages that were sent, as directories of the cache: `node_modules/<name>` and, beside it, a link for each name under
 * which it finds another package. So a package sees exactly what it saw on the sender.
 *
 * A package is kept as snapshots are, under the id of a tree, bound by its key: all snapshots that need the key share one instance.
 * Links may lead to directories that are not there yet.
 */
import { createHash } from 'node:crypto'
import path from 'node:path'
import { copiedTree, reachableLabels, type PackageGraph } from '../objects/package-graph.ts'
import { parsePackageLabel } from '../objects/package-label.ts'
import { objectId } from '../objects/object-id.ts'
import type { ObjectId } from '../objects/snapshot.ts'
import { encodeTree } from '../objects/tree.ts'
import type { CacheDirectory } from './cache-directory.ts'
import type { Placement } from './directory.ts'
import { usableParts } from './platform-parts.ts'

interface WrappingTree {
  readonly id: ObjectId
  readonly content: Uint8Array
}

/** Where the package `label` of the graph is to be. */
export function packagePlacement(label: string, graph: PackageGraph, cache: CacheDirectory): Placement {
  const { name } = parsePackageLabel(label)!
  const links = new Map<string, string>()
  const dependencies = { ...graph[label]!.dependencies, ...usableParts(graph[label]!) }
  for (const [alias, target] of Object.entries(dependencies)) {
    // Only from inside can another package of its own name be found.
    const place = alias === name ? `node_modules/${name}/node_modules/${alias}` : `node_modules/${alias}`
    links.set(place, packageDirectory(target, graph, cache))
  }
  const id = wrappingTrees(label, graph).at(-1)!.id
  const binding = bindingOf(label, graph)
  const directory = path.join(cache.snapshots, id, binding)
  return { id, links, directory, seal: path.join(cache.seals, `${id}-${binding}`), name: `${id}/${binding}` }
}

/** The directory of the package itself. */
export function packageDirectory(label: string, graph: PackageGraph, cache: CacheDirectory): string {
  const { name } = parsePackageLabel(label)!
  const { id } = wrappingTrees(label, graph).at(-1)!
  return path.join(cache.snapshots, id, bindingOf(label, graph), 'node_modules', ...name.split('/'))
}

/** Trees around that of a package's files, the root last. */
export function wrappingTrees(label: string, graph: PackageGraph): WrappingTree[] {
  const { name } = parsePackageLabel(label)!
  const trees: WrappingTree[] = []
  const node = graph[label]!
  let inner = copiedTree(node) ?? node.files
  for (const segment of ['node_modules', ...name.split('/')].reverse()) {
    const content = encodeTree([{ mode: '40000', name: segment, id: inner }])
    inner = objectId('tree', content)
    trees.push({ id: inner, content })
  }
  return trees
}

/** The key, which says nothing of what is made for one platform: where there is such, it counts as well. */
function bindingOf(label: string, graph: PackageGraph): string {
  const { key = '' } = parsePackageLabel(label)!
  const reached = [...reachableLabels(graph, [label])].sort()
  const bound = reached.filter(each => graph[each]?.parts).map(each => [each, graph[each]!.parts])
  if (bound.length === 0) return key
  return createHash('sha256')
    .update(JSON.stringify([key, bound]))
    .digest('hex')
}
