/**
 * From directories of installed packages to the graph of all that they can resolve, as Node resolves from where they lie.
 *
 * Follows what package.json files declare, dependencies of all kinds, in any layout: nested, hoisted, linked. Reads
 * package.json files and the places where packages could be; notes each, so that a change is noticed by stats alone.
 */
import { realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { packageIdentity } from '../../cloudpickle/source/installed-package.ts'
import { ancestors, readPackageJson, type PackageJson } from '../../cloudpickle/source/package-json.ts'
import { isPackageName } from '../objects/package-label.ts'

export interface InstalledNode {
  /** A real path. */
  readonly directory: string
  readonly name: string
  readonly version: string
  /** The names under which it finds other packages, to their directories. */
  readonly dependencies: ReadonlyMap<string, string>
  /** Peers that it can do without: part of `dependencies` only if its code mentions them. */
  readonly optionalPeers: readonly string[]
  /** Dependencies made for one platform: of no account for what the package is, but needed where it is copied to. */
  readonly platformBound: ReadonlyMap<string, string>
  /** Whether it names optional dependencies that are not here. */
  readonly lacksOptional: boolean
  /** Whether it is itself made for one platform. */
  readonly isForOnePlatform: boolean
}

export interface InstalledGraph {
  readonly nodes: ReadonlyMap<string, InstalledNode>
  /** What the graph follows from: paths with their stamps. */
  readonly watch: ReadonlyMap<string, string>
}

/** This package is never part of a set of packages: the other end has its own. */
const runtimeName = 'modulepickle'

/** @throws ModulePickleError ERR_MODULE_UNREADABLE for a package.json that cannot be read */
export function readInstalledGraph(directories: Iterable<string>): InstalledGraph {
  const watch = new Map<string, string>()
  const nodes = new Map<string, InstalledNode>()
  const open = [...directories]
  for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
    if (nodes.has(directory)) continue
    const node = readNode(directory, watch)
    nodes.set(directory, node)
    open.push(...node.dependencies.values(), ...node.platformBound.values())
  }
  return { nodes, watch }
}

/** True when nothing that the graph follows from has changed. */
export function isGraphUnchanged({ watch }: InstalledGraph): boolean {
  for (const [place, stamp] of watch) if (stampOf(place) !== stamp) return false
  return true
}

/**
 * Of each directory another text once another package, or another state of it, is there, or it finds other ones. `editsOf` tells how
 * often its files were changed otherwise.
 */
export function statesOf(
  { nodes, watch }: InstalledGraph,
  editsOf: (directory: string) => number,
): Map<string, string> {
  return new Map(
    [...nodes.values()].map(({ directory, dependencies, platformBound }) => {
      const stamp = watch.get(path.join(directory, 'package.json')) ?? ''
      return [directory, [stamp, editsOf(directory), ...dependencies.values(), ...platformBound.values()].join('\n')]
    }),
  )
}

function readNode(directory: string, watch: Map<string, string>): InstalledNode {
  const json = readPackageJson(directory) ?? {}
  note(path.join(directory, 'package.json'), watch)
  const optional = new Set(Object.keys(Object(json['optionalDependencies']) as object))
  const optionalPeers = optionalPeersOf(json)
  const dependencies = new Map<string, string>()
  const platformBound = new Map<string, string>()
  for (const name of dependencyNames(json)) {
    const found = findPackage(name, directory, watch)
    if (found === undefined || found === directory) continue
    const isBound = optional.has(name) && isForOnePlatform(readPackageJson(found) ?? {})
    ;(isBound ? platformBound : dependencies).set(name, found)
  }
  const lacksOptional = [...optional].some(name => !dependencies.has(name) && !platformBound.has(name))
  return {
    directory,
    ...packageIdentity(directory),
    dependencies,
    optionalPeers,
    platformBound,
    lacksOptional,
    isForOnePlatform: isForOnePlatform(json),
  }
}

function dependencyNames(json: PackageJson): Set<string> {
  const fields = ['dependencies', 'optionalDependencies', 'peerDependencies'].map(field => json[field])
  const bundled = [json['bundleDependencies'], json['bundledDependencies']].filter(Array.isArray).flat()
  const names = [...fields.flatMap(field => Object.keys(Object(field) as object)), ...bundled]
  return new Set(names.filter(name => isPackageName(name) && name !== runtimeName))
}

/** Those that are nothing but peers. */
function optionalPeersOf(json: PackageJson): string[] {
  const { dependencies, optionalDependencies, peerDependenciesMeta } = json
  const needed = new Set([dependencies, optionalDependencies].flatMap(field => Object.keys(Object(field) as object)))
  const peers = Object.entries(Object(peerDependenciesMeta) as Record<string, unknown>)
  return peers
    .filter(([name, meta]) => !needed.has(name) && (Object(meta) as { optional?: unknown }).optional === true)
    .map(([name]) => name)
    .sort()
}

function isForOnePlatform(json: PackageJson): boolean {
  return ['os', 'cpu', 'libc'].some(field => json[field] !== undefined)
}

/** The real path of the package that `name` means in `directory`. */
function findPackage(name: string, directory: string, watch: Map<string, string>): string | undefined {
  for (const ancestor of ancestors(directory)) {
    if (path.basename(ancestor) === 'node_modules') continue
    const candidate = path.join(ancestor, 'node_modules', name)
    if (note(candidate, watch) !== 'absent') return realpathSync.native(candidate)
  }
  return undefined
}

function note(place: string, watch: Map<string, string>): string {
  const stamp = watch.get(place) ?? stampOf(place)
  watch.set(place, stamp)
  return stamp
}

/** Of a directory, which one it is; of a file, which state of it. */
function stampOf(place: string): string {
  const stat = statSync(place, { bigint: true, throwIfNoEntry: false })
  if (stat?.isDirectory()) return `${stat.dev} ${stat.ino}`
  return stat?.isFile() ? `${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}` : 'absent'
}
