/**
 * Installed packages by content and by what they resolve to: the key of a package stands for all code it can reach.
 *
 * Input is a graph of packages in any order, output one key each. Equal keys mean equal names, versions, files and
 * dependencies, all the way down. Packages that depend on each other are keyed together. Both ends compute keys.
 */
import { createHash } from 'node:crypto'
import { ModulePickleError } from '../../errors.ts'
import { isPackageName, packageLabel, parsePackageLabel } from './package-label.ts'
import type { ObjectId } from './snapshot.ts'
import { strongComponents } from './strong-components.ts'
import { isObjectId } from './object-id.ts'

/** One installed package in a description or a manifest. */
export interface PackageNode {
  /** The tree of its files, without a node_modules of its own and without native parts. */
  readonly files: ObjectId
  /** It has parts for one platform, such as addons, which every platform has its own of. */
  readonly native?: true
  /** The sender has it in more than one place, each an instance of its own. */
  readonly several?: true
  /** The names under which it finds other packages, to their labels. */
  readonly dependencies: Readonly<Record<string, string>>
  /** What the sender has of it for its own platform, where it is to be copied. No part of the key. */
  readonly parts?: PlatformParts
}

/** What of a package is made for one platform. */
export interface PlatformParts {
  /** As `platformName` gives it. */
  readonly platform: string
  /** What its addons ask of Node: a version of its own ABI, or `napi`, which all have; '' without addons. */
  readonly abi: string
  /** The tree of all its files, where `native`. */
  readonly whole?: ObjectId
  /** Names of packages that are made for one platform, to their labels. */
  readonly dependencies: Readonly<Record<string, string>>
  /** It names others like these, for other platforms. */
  readonly isOneOfMany: boolean
}

/** Packages by label. */
export type PackageGraph = Readonly<Record<string, PackageNode>>

/** A package whose key is wanted: `dependencies` leads from names to positions in the list. */
export interface UnkeyedPackage {
  readonly name: string
  readonly version: string
  readonly files: ObjectId
  readonly native: boolean
  readonly dependencies: ReadonlyMap<string, number>
}

/** The key of each of `packages`, in their order. */
export function keyPackages(packages: readonly UnkeyedPackage[]): string[] {
  const keys: string[] = []
  const edges = packages.map(({ dependencies }) => [...dependencies].sort(([a], [b]) => (a < b ? -1 : 1)))
  // A component comes after those that it leads to.
  for (const component of strongComponents(edges.map(list => list.map(([, to]) => to)))) {
    const inside = new Set(component)
    const own = component.map(index => {
      const { name, version, files, native } = packages[index]!
      const outward = edges[index]!.filter(([, to]) => !inside.has(to)).map(([alias, to]) => [alias, keys[to]])
      return hash([name, version, files, native, component.length, outward])
    })
    const inward = component.map(index => edges[index]!.filter(([, to]) => inside.has(to)))
    const keyed = keyTogether(own, inward, new Map(component.map((index, position) => [index, position])))
    for (const [position, index] of component.entries()) keys[index] = keyed[position]!
  }
  return keys
}

type Edges = readonly (readonly [alias: string, to: number])[]

/**
 * Tells the members of a component apart by what they are, then by whom they lead to, as long as that tells more of them
 * apart; so the keys do not depend on where one begins. Then each is hashed with all others.
 */
function keyTogether(
  own: readonly string[],
  inward: readonly Edges[],
  positions: ReadonlyMap<number, number>,
): string[] {
  if (inward.every(edges => edges.length === 0)) return [...own]
  let current = own
  for (let distinct = 0; new Set(current).size > distinct;) {
    distinct = new Set(current).size
    const before = current
    current = before.map((text, position) =>
      hash([text, inward[position]!.map(([alias, to]) => [alias, before[positions.get(to)!]])]),
    )
  }
  const all = [...current].sort()
  return current.map(text => hash([text, all]))
}

function hash(facts: unknown): string {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex')
}

/** The labels that `start` leads to, itself included; also through `parts`. */
export function reachableLabels(graph: PackageGraph, start: Iterable<string>): Set<string> {
  const reached = new Set(start)
  for (const label of reached) {
    const { dependencies = {}, parts } = graph[label] ?? {}
    for (const next of Object.values({ ...dependencies, ...parts?.dependencies })) reached.add(next)
  }
  return reached
}

/** The tree that is copied; undefined for a package whose native parts are not known. */
export function copiedTree({ files, native, parts }: PackageNode): ObjectId | undefined {
  return native ? parts?.whole : files
}

/**
 * Checks a graph that was received: whatever is kept under a key must be what the key stands for.
 * @throws ModulePickleError ERR_SNAPSHOT_CORRUPT
 */
export function verifyGraph(graph: PackageGraph): void {
  const labels = Object.keys(graph)
  const positions = new Map(labels.map((label, index) => [label, index]))
  const packages = labels.map((label): UnkeyedPackage => {
    const need = parsePackageLabel(label)
    const node = graph[label]
    if (need?.key === undefined || !node || !isNode(node)) throw corrupt(label, 'it is malformed')
    const dependencies = new Map<string, number>()
    for (const [alias, target] of Object.entries({ ...node.parts?.dependencies, ...node.dependencies })) {
      const to = positions.get(target)
      if (to === undefined) throw corrupt(label, `it depends on ${target}, which is not listed`)
      if (Object.hasOwn(node.dependencies, alias)) dependencies.set(alias, to)
    }
    return { name: need.name, version: need.version, files: node.files, native: node.native === true, dependencies }
  })
  for (const [index, key] of keyPackages(packages).entries()) {
    const { name, version } = packages[index]!
    if (packageLabel({ name, version, key }) !== labels[index]) throw corrupt(labels[index]!, 'its key is another one')
  }
}

function isNode(node: unknown): node is PackageNode {
  const { files, native, several, dependencies, parts } = Object(node) as Record<string, unknown>
  const areFlags = [native, several].every(flag => flag === undefined || flag === true)
  return isObjectId(files) && areFlags && isLabelMap(dependencies) && (parts === undefined || isParts(parts))
}

function isParts(parts: unknown): boolean {
  const { platform, abi, whole, dependencies, isOneOfMany } = Object(parts) as Record<string, unknown>
  const areTexts = typeof platform === 'string' && typeof abi === 'string' && typeof isOneOfMany === 'boolean'
  return areTexts && (whole === undefined || isObjectId(whole)) && isLabelMap(dependencies)
}

function isLabelMap(value: unknown): boolean {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isMap && Object.entries(value).every(isDependency)
}

function isDependency([alias, label]: readonly [string, unknown]): boolean {
  return isPackageName(alias) && parsePackageLabel(label) !== undefined
}

function corrupt(label: string, what: string): ModulePickleError {
  return new ModulePickleError(
    'ERR_SNAPSHOT_CORRUPT',
    `The installed package ${JSON.stringify(label)} of a snapshot cannot be used: ${what}.`,
  )
}
