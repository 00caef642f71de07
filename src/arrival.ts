/**
 * What a pickle needs on the other end, put in place: snapshots materialized, installed packages found, modules located.
 *
 * Everything is verified and checked before the first module is imported.
 */
import path from 'node:path'
import { isUint8Array } from 'node:util/types'
import type { ModuleFile, ModuleLocation } from './cloudpickle/revive/loaded-modules.ts'
import type { Manifest } from './cloudpickle/manifest.ts'
import { resolveModule } from './cloudpickle/source/resolve.ts'
import { ModulePickleError } from './errors.ts'
import type { KeyOption } from './signing/signing-key.ts'
import type { PackageLookup } from './snapshot/materialize/package-candidates.ts'
import type { WantedPackages } from './snapshot/materialize/package-lookup.ts'
import { wantedPackages } from './snapshot/materialize/wanted-packages.ts'
import { checkChoice, checkNames, shown } from './option-checks.ts'
import { compressionOfPickles, unpackObjects } from './snapshot/objects/archive.ts'
import { verifyGraph, type PackageGraph } from './snapshot/objects/package-graph.ts'
import { packageLabel, parsePackageLabel } from './snapshot/objects/package-label.ts'
import type { MaterializedSnapshot, SnapshotCache } from './snapshot/materialize/snapshot-cache.ts'

export interface ArrivalOptions {
  readonly cache: SnapshotCache
  readonly packages: PackageLookup
  /** Snapshots that are in place without being in the cache; for the results of calls. */
  readonly own?: (snapshotId: string) => MaterializedSnapshot | undefined
  /** The module of this very process that one of a snapshot stands for; for the results of calls. */
  readonly live?: (snapshotId: string, path: string) => ModuleFile | undefined
}

/** What `loads` is told by its caller. */
export interface LoadOptions {
  /** Directories whose installed packages, and those of their parents, the pickle may use; by default the current one. */
  readonly packages?: readonly string[]
  /** `data` refuses all that could run: no code, no class, no module is loaded. Safe on bytes from anybody. */
  readonly allow?: 'data'
  /** Only what was signed with it is loaded; by default what MODULEPICKLE_KEY has, if anything. */
  readonly key?: KeyOption
}

/** @throws TypeError or RangeError for what cannot be loaded, or options that mean nothing */
export function checkLoad(bytes: unknown, options: LoadOptions): void {
  if (!isUint8Array(bytes)) throw new TypeError(`A pickle has to be a Uint8Array, and is ${shown(bytes)}.`)
  checkNames('loads()', options, ['packages', 'allow', 'key'])
  if (options.allow !== undefined) checkChoice('allow', options.allow, ['data'])
}

export class Arrival {
  readonly #options: ArrivalOptions
  readonly #snapshots = new Map<string, MaterializedSnapshot>()
  /** Names of modules give places in this list. */
  readonly #ids: readonly string[]
  #packages: ReadonlyMap<string, string> = new Map()

  /**
   * @throws ModulePickleError ERR_SNAPSHOT_MISSING, ERR_SNAPSHOT_CORRUPT, ERR_PACKAGE_MISMATCH, ERR_MATERIALIZE
   */
  constructor(manifest: Manifest, options: ArrivalOptions) {
    this.#options = options
    this.#ids = manifest.snapshots
    const snapshots = manifest.snapshots.filter(id => !this.#take(id, options.own?.(id)))
    if (snapshots.length === 0 && manifest.packages.length === 0) return
    const lacking = { ...manifest, snapshots }
    if (this.#isInPlace(lacking)) return
    const { cache, packages: lookup } = options
    const objects = unpackObjects(manifest.archives, compressionOfPickles)
    for (const { kind, content } of objects) cache.keep(kind, content)
    for (const id of snapshots) if (!cache.has(id)) throw missing(id)
    this.#packages = cache.locatePackages(packagesOf(lacking, cache), lookup)
    for (const id of snapshots) this.#take(id, cache.materialize(id, lookup, this.#packages))
  }

  /** Where a module of the pickle is here. */
  readonly locate = (module: string): ModuleLocation => {
    const [, scheme, rest] = /^(snapshot|npm|node):(.*)$/s.exec(module) ?? []
    if (scheme === 'node') return { specifier: module }
    if (scheme === 'snapshot') return this.#snapshotModule(rest!)
    if (scheme === 'npm') return { file: this.#packageFile(rest!) }
    const { runtime } = this.#options.packages
    const resolution = resolveModule(module, path.join(runtime, 'package.json'), 'import')
    if (resolution?.kind === 'file' && /^modulepickle(\/|$)/.test(module)) return { file: resolution.file }
    throw new ModulePickleError(
      'ERR_GLOBAL_UNKNOWN',
      `The pickle names the module ${module}, which is not of a kind that is known here.`,
    )
  }

  /** Takes what is in place already; false where that is not all. */
  #isInPlace(manifest: Manifest): boolean {
    const { cache, packages: lookup } = this.#options
    if (!manifest.snapshots.every(id => cache.isDescribed(id))) return false
    const located = cache.findPackages(packagesOf(manifest, cache), lookup)
    if (located === undefined) return false
    this.#packages = located
    return manifest.snapshots.every(id => this.#take(id, cache.find(id, lookup, located)))
  }

  /** False where the snapshot is not in place. */
  #take(id: string, snapshot: MaterializedSnapshot | undefined): boolean {
    if (snapshot === undefined) return false
    this.#snapshots.set(id, snapshot)
    if (snapshot.isCompiled) showSourceLines()
    return true
  }

  #snapshotModule(name: string): ModuleFile {
    const [index, inside] = splitAt(name, name.indexOf('/'))
    const id = this.#ids[Number(index)] ?? ''
    const snapshot = this.#snapshots.get(id)
    if (!snapshot)
      throw new ModulePickleError(
        'ERR_PICKLE_CORRUPT',
        `The pickle names snapshot ${index}, which its manifest does not list.`,
      )
    return this.#options.live?.(id, inside) ?? { file: fileInside(snapshot.directory, inside) }
  }

  #packageFile(name: string): string {
    const [label, inside] = splitAt(name, name.indexOf('/', name.indexOf('@', 1)))
    const directory = this.#packages.get(label)
    if (directory !== undefined) return fileInside(directory, inside)
    throw new ModulePickleError('ERR_PICKLE_CORRUPT', `The pickle uses ${label}, which its manifest does not list.`)
  }
}

/** All installed packages that a pickle needs, for a cache that has its snapshots. */
export function packagesOf({ snapshots, packages, graph }: Manifest, cache: SnapshotCache): WantedPackages {
  const named = packages.map(label => parsePackageLabel(label) ?? malformed(label))
  verifyGraph(graph as PackageGraph)
  const unlisted = named.find(need => need.key !== undefined && !Object.hasOwn(graph, packageLabel(need)))
  if (unlisted) malformed(packageLabel(unlisted))
  return wantedPackages(
    snapshots.map(id => cache.descriptionOf(id)),
    named,
    graph as PackageGraph,
  )
}

/** Stack traces show the lines of the TypeScript that was compiled; for the whole process, as Node knows no other way. */
function showSourceLines(): void {
  process.setSourceMapsEnabled(true)
}

function splitAt(text: string, index: number): [string, string] {
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)]
}

function fileInside(directory: string, inside: string): string {
  const file = path.join(directory, inside)
  if (file.startsWith(directory + path.sep)) return file
  throw new ModulePickleError('ERR_PICKLE_CORRUPT', `The pickle names ${inside}, which lies outside its package.`)
}

function missing(id: string): ModulePickleError {
  return new ModulePickleError(
    'ERR_SNAPSHOT_MISSING',
    `The pickle refers to snapshot ${id.slice(0, 12)}, whose files are neither in it nor in the cache. Send them first.`,
  )
}

function malformed(label: string): never {
  throw new ModulePickleError(
    'ERR_PICKLE_CORRUPT',
    `The manifest lists ${JSON.stringify(label)}, which is not name@version, or a package that it does not describe.`,
  )
}
