/**
 * Finds the installed packages that a pickle needs among those that the receiver has, before anything is written or imported.
 *
 * A need without a key asks for a name and a version; one with a key for the same content, down to all that it resolves to.
 * Packages that have a dependency in common are found together or not at all, so that nothing of them runs twice.
 */
import { existsSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { packageIdentity } from '../../cloudpickle/source/installed-package.ts'
import { isModulePickleError } from '../../errors.ts'
import { reachableLabels, type PackageGraph } from '../objects/package-graph.ts'
import { packageLabel } from '../objects/package-label.ts'
import type { PackageNeed } from '../objects/snapshot.ts'
import type { InstalledPackages } from '../packages/installed-packages.ts'
import { candidateDirectories, type PackageLookup } from './package-candidates.ts'
import { explainContent, nothingFound, type Difference } from './package-differences.ts'

/** What is looked for. */
export interface WantedPackages {
  readonly needs: readonly PackageNeed[]
  readonly graph: PackageGraph
  /** Where the sender has packages, by label: paths below its project. */
  readonly places: ReadonlyMap<string, readonly string[]>
}

export interface FoundPackages {
  /** Labels to real directories. */
  readonly found: ReadonlyMap<string, string>
  readonly missing: readonly PackageNeed[]
  readonly differences: readonly Difference[]
}

export function findPackages(
  wanted: WantedPackages,
  lookup: PackageLookup,
  installed: InstalledPackages,
): FoundPackages {
  const found = new Map<string, string>()
  const missing: PackageNeed[] = []
  const differences: Difference[] = []
  for (const need of wanted.needs) {
    const seen: Difference[] = []
    const match = findPackage(need, wanted, lookup, installed, seen)
    if (match !== undefined) found.set(packageLabel(need), match)
    else {
      missing.push(need)
      differences.push(...(seen.length > 0 ? seen : [nothingFound(need, lookup)]))
    }
  }
  for (const [need, difference] of findTwins(wanted, found, installed)) {
    missing.push(need)
    differences.push(difference)
  }
  withdrawRelated(wanted, found, missing)
  return { found, missing, differences }
}

/** What is seen on the way and is not it goes to `seen`, the first such only. */
function findPackage(
  need: PackageNeed,
  { graph, places }: WantedPackages,
  lookup: PackageLookup,
  installed: InstalledPackages,
  seen: Difference[],
): string | undefined {
  const label = packageLabel(need)
  for (const candidate of candidateDirectories(need, lookup, places.get(label) ?? [])) {
    if (!existsSync(path.join(candidate, 'package.json'))) continue
    const directory = realpathSync(candidate)
    const differing = compare(need, graph, directory, installed)
    if (differing.length === 0) return directory
    if (seen.length === 0) seen.push(...differing)
  }
  return undefined
}

/** Nothing where the package in `directory` is the one that is needed. */
function compare(
  need: PackageNeed,
  graph: PackageGraph,
  directory: string,
  installed: InstalledPackages,
): Difference[] {
  const row = { name: need.name, needed: need.version, where: directory }
  try {
    const { name, version } = packageIdentity(directory)
    if (name !== need.name) return [{ ...row, found: `${name} ${version}` }]
    if (version !== need.version) return [{ ...row, found: version }]
    if (need.key === undefined) return []
    const own = installed.describe([directory])
    const label = packageLabel(need)
    return own.labels.get(directory) === label ? [] : explainContent(label, graph, directory, own)
  } catch (error) {
    // A package.json that is not JSON, or files that must not be read.
    if (!isModulePickleError(error) && (error as NodeJS.ErrnoException).code === undefined) throw error
    return [{ ...row, found: (error as Error).message }]
  }
}

/** Packages with state, such as React, must be one where the sender has one. */
function* findTwins(
  { needs, graph }: WantedPackages,
  found: Map<string, string>,
  installed: InstalledPackages,
): Generator<[PackageNeed, Difference]> {
  const keyed = needs.filter(need => need.key !== undefined && found.has(packageLabel(need)))
  const { labels } = installed.describe(keyed.map(need => found.get(packageLabel(need))!))
  const owners = new Map<string, string>()
  const twins = new Map<string, string>()
  for (const [directory, label] of labels) {
    if (owners.has(label) && !graph[label]?.several) twins.set(label, directory)
    owners.set(label, directory)
  }
  for (const need of keyed) {
    const twin = [...reachableLabels(graph, [packageLabel(need)])].find(label => twins.has(label))
    if (twin === undefined) continue
    found.delete(packageLabel(need))
    const name = twin.slice(0, twin.indexOf('@', 1))
    yield [need, { name, needed: 'one instance', found: 'several', where: twins.get(twin)! }]
  }
}

/** Of what has a dependency in common with something missing, another instance would run beside it. */
function withdrawRelated({ needs, graph }: WantedPackages, found: Map<string, string>, missing: PackageNeed[]): void {
  const lacking = reachableLabels(graph, missing.map(packageLabel))
  for (let previous = -1; previous !== lacking.size;) {
    previous = lacking.size
    for (const need of needs) {
      const label = packageLabel(need)
      const reached = reachableLabels(graph, [label])
      if (!found.has(label) || ![...reached].some(each => lacking.has(each))) continue
      found.delete(label)
      missing.push(need)
      for (const each of reached) lacking.add(each)
    }
  }
}
