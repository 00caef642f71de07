/**
 * Where the code comes from when functions travel on that came here in snapshots: these snapshots, as they are.
 *
 * Input: files that this process has loaded. Output: the snapshots that these are in; nothing is read or packed again.
 */
import path from 'node:path'
import { installedFile, type InstalledFile } from './cloudpickle/source/installed-package.ts'
import { ModulePickleError } from './errors.ts'
import type { ModuleSource, PackedModules } from './shipment.ts'
import { packageNeeds } from './snapshot/objects/description.ts'
import type { PackageNeed, SnapshotObject } from './snapshot/objects/snapshot.ts'
import type { SnapshotCache } from './snapshot/materialize/snapshot-cache.ts'
import type { DescribedPackages, PackageNaming } from './snapshot/packages/installed-packages.ts'
import { rekeySnapshot } from './rekeyed-snapshot.ts'

export class MaterializedSource implements ModuleSource {
  readonly #snapshots: SnapshotCache

  constructor(snapshots: SnapshotCache) {
    this.#snapshots = snapshots
  }

  locate(file: string): { readonly root: string; readonly path: string } | undefined {
    const found = this.#snapshots.snapshotOfFile(file)
    return found && { root: found.directory, path: found.path }
  }

  installed(file: string): InstalledFile | undefined {
    return installedFile(file)
  }

  /** @throws ModulePickleError ERR_SNAPSHOT_MISSING when the cache no longer has the snapshot that `root` is */
  pack(root: string, _modules: unknown, _deferred: unknown, naming: PackageNaming): PackedModules {
    const id = this.#snapshots.snapshotOfFile(path.join(root, 'package.json'))?.id
    if (id === undefined) {
      throw new ModulePickleError(
        'ERR_SNAPSHOT_MISSING',
        `${root} is not a snapshot that came here, so its modules cannot travel on.`,
      )
    }
    return new MaterializedModules(id, root, this.#snapshots, naming)
  }
}

class MaterializedModules implements PackedModules {
  readonly id: string
  readonly root: string
  readonly packages: readonly PackageNeed[]
  readonly packageDirectories: ReadonlyMap<string, string>
  readonly installed: DescribedPackages
  readonly #snapshots: SnapshotCache
  readonly #sent: string
  readonly #changed: readonly SnapshotObject[]

  /** A snapshot that names packages by place is given keys for a receiver elsewhere: another description, another id. */
  constructor(id: string, root: string, snapshots: SnapshotCache, naming: PackageNaming) {
    const description = snapshots.descriptionOf(id)
    const directories = snapshots.placedAt(root)?.packageDirectories ?? new Map<string, string>()
    const installed = naming.describe([...directories.values()])
    const relabel = (label: string): string => installed.labels.get(directories.get(label) ?? '') ?? label
    const links = Object.entries(description.links).map(([place, label]) => [place, relabel(label)] as const)
    const described = { ...description, packages: installed.graph, links: Object.fromEntries(links) }
    const isFit = naming.kind === 'place' || packageNeeds(description).every(({ key }) => key !== undefined)
    const rekeyed = isFit ? undefined : rekeySnapshot(id, described, snapshots)
    this.id = rekeyed?.id ?? id
    this.root = root
    this.installed = installed
    this.packages = packageNeeds(rekeyed ? described : description)
    this.packageDirectories = new Map(
      [...directories].map(([label, place]) => [rekeyed ? relabel(label) : label, place]),
    )
    this.#snapshots = snapshots
    this.#sent = id
    this.#changed = rekeyed?.objects ?? []
  }

  /** Read only when they are asked for: a pickle that goes back to where they came from names the snapshot alone. */
  get objects(): ReadonlyMap<string, SnapshotObject> {
    return new Map([...this.#snapshots.objectsOf(this.#sent), ...this.#changed].map(object => [object.id, object]))
  }

  pathOf(file: string): string {
    return path.relative(this.root, file).split(path.sep).join('/')
  }

  /** What runs here is what was sent. */
  hasBinding(): boolean {
    return true
  }

  /** It came with all that the sender's functions need. */
  reaches(): boolean {
    return true
  }

  sourceOf(inside: string): string {
    return path.join(this.root, inside)
  }
}
