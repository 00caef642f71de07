/**
 * Where the installed packages are that a pickle needs: the receiver's own, else those that were sent, put in place in the cache.
 *
 * Only packages that are named by content can have been sent. A package of the receiver's own always comes first.
 */
import { copiedTree, type PackageNode } from '../objects/package-graph.ts'
import { packageLabel } from '../objects/package-label.ts'
import type { ObjectId, PackageNeed } from '../objects/snapshot.ts'
import type { CacheDirectory } from './cache-directory.ts'
import { installedPackages } from './installed-here.ts'
import type { PackageLookup } from './package-candidates.ts'
import { mismatch } from './package-differences.ts'
import { findPackages, type FoundPackages, type WantedPackages } from './package-lookup.ts'
import { packageDirectory, packagePlacement, wrappingTrees } from './package-placement.ts'
import type { Places } from './places.ts'
import { copiedLabels } from './platform-parts.ts'
import type { SnapshotObjects } from './snapshot-objects.ts'

export class SentPackages {
  readonly #cache: CacheDirectory
  readonly #objects: SnapshotObjects
  readonly #places: Places

  constructor(cache: CacheDirectory, objects: SnapshotObjects, places: Places) {
    this.#cache = cache
    this.#objects = objects
    this.#places = places
  }

  /** Directories by label; undefined where any has to be put here or written first. */
  find(wanted: WantedPackages, lookup: PackageLookup): ReadonlyMap<string, string> | undefined {
    const { found, missing } = this.#installed(wanted, lookup)
    const labels = missing.map(packageLabel)
    if (!isSendable(missing) || this.#unplaced(wanted, labels).length > 0) return undefined
    return this.#withPlaced(found, labels, wanted)
  }

  /** @throws ModulePickleError ERR_PACKAGE_MISMATCH, before anything is written; ERR_SNAPSHOT_CORRUPT, ERR_MATERIALIZE */
  locate(wanted: WantedPackages, lookup: PackageLookup): ReadonlyMap<string, string> {
    const { found, missing, differences } = this.#installed(wanted, lookup)
    const labels = missing.map(packageLabel)
    const unplaced = isSendable(missing) ? this.#unplaced(wanted, labels) : labels
    const isHere = isSendable(missing) && unplaced.every(label => this.#has(wanted.graph[label]!))
    if (!isHere) throw mismatch(missing, differences)
    for (const label of unplaced) {
      for (const { id, content } of wrappingTrees(label, wanted.graph)) this.#objects.put(id, 'tree', content)
      this.#places.write(packagePlacement(label, wanted.graph, this.#cache))
    }
    return this.#withPlaced(found, labels, wanted)
  }

  /** Objects that are lacking here of packages that are not installed here either; each is read, and a damaged one is lacking. */
  missing(wanted: WantedPackages, lookup: PackageLookup): ObjectId[] {
    const { missing } = this.#installed(wanted, lookup)
    if (!isSendable(missing)) return []
    const nodes = this.#unplaced(wanted, missing.map(packageLabel)).map(label => wanted.graph[label]!)
    const trees = nodes.map(copiedTree).filter(tree => tree !== undefined)
    return [...new Set(trees.flatMap(tree => this.#objects.missingOrDamaged(tree)))]
  }

  #installed(wanted: WantedPackages, lookup: PackageLookup): FoundPackages {
    return findPackages(wanted, lookup, installedPackages(this.#cache))
  }

  #has(node: PackageNode): boolean {
    const tree = copiedTree(node)
    return tree !== undefined && this.#objects.has(tree)
  }

  /** Packages that `labels` reach and that are not in place as they were written. */
  #unplaced({ graph }: WantedPackages, labels: readonly string[]): string[] {
    return copiedLabels(graph, labels).filter(
      label => !this.#places.isInPlace(packagePlacement(label, graph, this.#cache)),
    )
  }

  #withPlaced(
    found: ReadonlyMap<string, string>,
    labels: readonly string[],
    { graph }: WantedPackages,
  ): ReadonlyMap<string, string> {
    const placed = labels.map(label => [label, packageDirectory(label, graph, this.#cache)] as const)
    return new Map([...found, ...placed])
  }
}

function isSendable(missing: readonly PackageNeed[]): boolean {
  return missing.every(({ key }) => key !== undefined)
}
