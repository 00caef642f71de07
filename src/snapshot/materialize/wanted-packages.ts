/**
 * The installed packages that a pickle needs in all: those that its snapshots link to, and those that it names itself.
 */
import { packageNeeds, type SnapshotDescription } from '../objects/description.ts'
import type { PackageGraph } from '../objects/package-graph.ts'
import { packageLabel } from '../objects/package-label.ts'
import type { PackageNeed } from '../objects/snapshot.ts'
import type { WantedPackages } from './package-lookup.ts'

/** `named` are the pickle's own, with all that they resolve to in `graph`. */
export function wantedPackages(
  descriptions: readonly SnapshotDescription[],
  named: readonly PackageNeed[] = [],
  graph: PackageGraph = {},
): WantedPackages {
  const needs = new Map<string, PackageNeed>()
  const places = new Map<string, string[]>()
  for (const need of [...named, ...descriptions.flatMap(packageNeeds)]) needs.set(packageLabel(need), need)
  for (const { links } of descriptions) {
    for (const [place, label] of Object.entries(links)) places.set(label, [...(places.get(label) ?? []), place])
  }
  const graphs = [graph, ...descriptions.map(({ packages }) => packages)]
  return { needs: [...needs.values()], graph: Object.assign({}, ...graphs) as PackageGraph, places }
}
