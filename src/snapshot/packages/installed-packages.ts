/**
 * Installed packages as descriptions name them: labels that stand for their content and for all that they resolve to.
 *
 * Input: directories. Output: labels and the graph behind them; the same object as long as nothing has changed. What is
 * looked at when: at each call what the graph follows from (package.json files, where packages are); every file at the
 * first call, whenever the graph has changed, and where the last look is a second old.
 */
import { isInNodeModules, packageIdentity } from '../../cloudpickle/source/installed-package.ts'
import {
  keyPackages,
  type PackageGraph,
  type PackageNode,
  type PlatformParts,
  type UnkeyedPackage,
} from '../objects/package-graph.ts'
import { packageLabel } from '../objects/package-label.ts'
import {
  isGraphUnchanged,
  readInstalledGraph,
  statesOf,
  type InstalledGraph,
  type InstalledNode,
} from './installed-graph.ts'
import { PackageEdits } from './package-edits.ts'
import { PackageContents } from './package-contents.ts'
import type { PackageContent } from './package-files.ts'
import { platformName } from './platform.ts'
import type { StampStore } from './stamp-store.ts'

export interface DescribedPackages {
  /** The label of each directory. */
  readonly labels: ReadonlyMap<string, string>
  /** The packages with keys, and all that these reach. */
  readonly graph: PackageGraph
  /** A directory of each label. */
  readonly directories: ReadonlyMap<string, string>
  /** The directory of every package that they lead to, to the one of a package that uses it. */
  readonly users: ReadonlyMap<string, string>
  /** Of packages that are used where they are: for each directory another text once it was installed anew. */
  readonly states?: ReadonlyMap<string, string>
}

/** How packages are named: by where they are, for a receiver on this machine; by content, for any; whole, to be copied. */
export interface PackageNaming {
  readonly kind: 'place' | 'content' | 'whole'
  /** @throws ModulePickleError ERR_MODULE_UNREADABLE */
  describe(directories: readonly string[]): DescribedPackages
}

interface Description {
  readonly installed: InstalledGraph
  readonly contents: ReadonlyMap<string, PackageContent>
  readonly described: DescribedPackages
  checkedAtMs: number
}

/** Packages that are used where they are. */
interface Place {
  readonly installed: InstalledGraph
  readonly described: DescribedPackages
  /** How many edits of its packages had been seen. */
  readonly edits: number
}

const maximumAgeMs = 1000
const maximumKept = 64

/** A cache is opened only for what needs one. */
export const nothing: DescribedPackages = { labels: new Map(), graph: {}, directories: new Map(), users: new Map() }

export class InstalledPackages {
  readonly contents: PackageContents
  readonly byPlace: PackageNaming = { kind: 'place', describe: directories => this.#describePlaces(directories) }
  readonly #descriptions = new Map<string, Description>()
  readonly #places = new Map<string, Place>()
  readonly #edits = new PackageEdits()
  /** The directory that has each label without a key. */
  readonly #owners = new Map<string, string>()

  constructor(stamps?: StampStore) {
    this.contents = new PackageContents(stamps)
  }

  /** As `describe`, for what is to be copied: with what is made for this platform. With `ageMs` 0 every file is looked at. */
  describeWhole(directories: readonly string[], ageMs = maximumAgeMs): DescribedPackages {
    return this.#described(directories, ageMs, true)
  }

  /** `directories` are real paths. */
  describe(directories: readonly string[]): DescribedPackages {
    return this.#described(directories, maximumAgeMs, false)
  }

  #described(directories: readonly string[], ageMs: number, isWhole: boolean): DescribedPackages {
    if (directories.length === 0) return nothing
    const starts = [...new Set(directories)].sort()
    const key = JSON.stringify([isWhole, starts])
    const known = this.#descriptions.get(key)
    if (known && this.#isCurrent(known, ageMs)) return known.described
    const installed = readInstalledGraph(starts)
    const { contents, described } = this.#describe(starts, installed, isWhole)
    keep(this.#descriptions, key, { installed, contents, described, checkedAtMs: performance.now() })
    return described
  }

  /** From now on `byPlace` gives these labels to these directories. */
  adopt(directories: ReadonlyMap<string, string>): void {
    for (const [label, directory] of directories) this.#owners.set(label, directory)
  }

  #isCurrent(known: Description, ageMs: number): boolean {
    if (!isGraphUnchanged(known.installed)) return false
    const now = performance.now()
    if (now - known.checkedAtMs < ageMs) return true
    for (const [directory, content] of known.contents) {
      if (this.#contentOf(known.installed.nodes.get(directory)!) !== content) return false
    }
    known.checkedAtMs = now
    return true
  }

  #contentOf({ directory, optionalPeers }: InstalledNode): PackageContent {
    return this.contents.of(directory, optionalPeers)
  }

  #describe(
    starts: readonly string[],
    { nodes }: InstalledGraph,
    isWhole: boolean,
  ): Pick<Description, 'contents' | 'described'> {
    const contents = new Map<string, PackageContent>()
    const dependencies = new Map<string, Map<string, string>>()
    const users = new Map<string, string>()
    const order = new Set(starts)
    for (const directory of order) {
      const node = nodes.get(directory)!
      const content = this.#contentOf(node)
      const isUsed = (name: string): boolean => !node.optionalPeers.includes(name) || content.mentions.includes(name)
      const used = new Map([...node.dependencies].filter(([name]) => isUsed(name)))
      contents.set(directory, content)
      dependencies.set(directory, used)
      for (const target of used.values()) order.add(target)
      for (const target of used.values()) users.set(target, directory)
      if (isWhole) for (const target of node.platformBound.values()) order.add(target)
    }
    const list = [...order]
    const positions = new Map(list.map((directory, index) => [directory, index]))
    const packages = list.map((directory): UnkeyedPackage => {
      const { name, version } = nodes.get(directory)!
      const { files, whole } = contents.get(directory)!
      const edges = [...dependencies.get(directory)!].map(([alias, to]) => [alias, positions.get(to)!] as const)
      return { name, version, files, native: whole !== undefined, dependencies: new Map(edges) }
    })
    const described = { ...toDescription(list, packages), users }
    return { contents, described: isWhole ? withParts(described, nodes, contents) : described }
  }

  #describePlaces(directories: readonly string[]): DescribedPackages {
    const labels = new Map<string, string>()
    const contested: string[] = []
    for (const directory of new Set(directories)) {
      const label = placeLabel(directory)
      const owner = this.#owners.get(label)
      if (owner === undefined || placeLabel(owner) !== label) this.#owners.set(label, directory)
      if (this.#owners.get(label) !== directory) contested.push(directory)
      labels.set(directory, label)
    }
    // Two directories with one name and version: only their content tells them apart.
    const { labels: keyed, graph } = this.describe(contested)
    for (const directory of contested) labels.set(directory, keyed.get(directory)!)
    return this.#describeInPlace(labels, graph)
  }

  /**
   * The same object as long as the packages and all that they lead to are the same: by where they are, their package.json, and when
   * their files were changed.
   */
  #describeInPlace(labels: ReadonlyMap<string, string>, graph: PackageGraph): DescribedPackages {
    if (labels.size === 0) return nothing
    const key = JSON.stringify([...labels])
    const known = this.#places.get(key)
    if (
      known?.described.graph === graph &&
      isGraphUnchanged(known.installed) &&
      this.#editsIn(known.installed) === known.edits
    ) {
      return known.described
    }
    const installed = readInstalledGraph(labels.keys())
    const users = this.#usersIn(installed)
    const edits = this.#editsIn(installed)
    const states = statesOf(installed, directory => this.#edits.editsOf(directory))
    const described = { labels, graph, directories: directoriesOf(labels), users, states }
    keep(this.#places, key, { installed, described, edits })
    return described
  }

  #editsIn({ nodes }: InstalledGraph): number {
    this.#edits.look(nodes.keys())
    let sum = 0
    for (const directory of nodes.keys()) sum += this.#edits.editsOf(directory)
    return sum
  }

  /** Only where it makes a difference is it looked for whether the code of a package uses an optional peer. */
  #usersIn({ nodes }: InstalledGraph): Map<string, string> {
    const users = new Map<string, string>()
    for (const node of nodes.values()) {
      for (const [name, target] of node.dependencies) {
        const isUsed =
          isInNodeModules(target) || !node.optionalPeers.includes(name) || this.#contentOf(node).mentions.includes(name)
        if (isUsed) users.set(target, node.directory)
      }
    }
    return users
  }
}

/** The most recent ones. */
function keep<T>(kept: Map<string, T>, key: string, value: T): void {
  kept.delete(key)
  kept.set(key, value)
  const [oldest] = kept.keys()
  if (kept.size > maximumKept && oldest !== undefined) kept.delete(oldest)
}

function placeLabel(directory: string): string {
  return packageLabel(packageIdentity(directory))
}

function toDescription(
  directories: readonly string[],
  packages: readonly UnkeyedPackage[],
): Omit<DescribedPackages, 'users'> {
  const keys = keyPackages(packages)
  const names = packages.map(({ name, version }, index) => packageLabel({ name, version, key: keys[index]! }))
  const counts = new Map<string, number>()
  for (const label of names) counts.set(label, (counts.get(label) ?? 0) + 1)
  const nodes = packages.map(({ files, native, dependencies }, index): [string, PackageNode] => [
    names[index]!,
    {
      files,
      ...(native ? { native } : {}),
      ...(counts.get(names[index]!) === 1 ? {} : { several: true }),
      dependencies: Object.fromEntries([...dependencies].map(([alias, to]) => [alias, names[to]!])),
    },
  ])
  const labels = new Map(directories.map((directory, index) => [directory, names[index]!]))
  return { labels, graph: Object.fromEntries(nodes), directories: directoriesOf(labels) }
}

/** Adds what each package has for this platform. */
function withParts(
  { graph, ...others }: DescribedPackages,
  nodes: InstalledGraph['nodes'],
  contents: ReadonlyMap<string, PackageContent>,
): DescribedPackages {
  const whole = Object.entries(graph).map(([label, described]): [string, PackageNode] => {
    const directory = others.directories.get(label)!
    const node = nodes.get(directory)!
    const content = contents.get(directory)!
    const isBound = node.isForOnePlatform || node.platformBound.size > 0 || content.whole !== undefined
    return [label, isBound ? Object.assign({}, described, { parts: partsOf(node, content, others.labels) }) : described]
  })
  return { ...others, graph: Object.fromEntries(whole) }
}

function partsOf(
  { platformBound, lacksOptional }: InstalledNode,
  { whole, isNodeApi }: PackageContent,
  labels: ReadonlyMap<string, string>,
): PlatformParts {
  const bound = [...platformBound].map(([alias, directory]) => [alias, labels.get(directory)!] as const)
  return {
    platform: platformName(),
    abi: whole === undefined ? '' : isNodeApi ? 'napi' : process.versions.modules,
    ...(whole === undefined ? {} : { whole }),
    dependencies: Object.fromEntries(bound),
    isOneOfMany: lacksOptional,
  }
}

function directoriesOf(labels: ReadonlyMap<string, string>): Map<string, string> {
  const directories = new Map<string, string>()
  for (const [directory, label] of labels) if (!directories.has(label)) directories.set(label, directory)
  return directories
}
