/**
 * Where the code comes from when functions travel on that came here in snapshots: these snapshots, as they are.
 *
 * Input: files that this process has loaded. Output: the snapshots that these are in; nothing is read or packed again.
 */
import path from 'node:path'
import { installedFile, type InstalledFile } from './cloudpickle/source/installed-package.ts'
import { ModulePickleError } from './errors.ts'
import type { ModuleSource, PackedModules } from './shipment.ts'
import { packageKey, packageNeeds } from './snapshot/objects/description.ts'
import type { PackageNeed, SnapshotObject } from './snapshot/objects/snapshot.ts'
import type { SnapshotCache } from './snapshot/materialize/snapshot-cache.ts'

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
  pack(root: string): PackedModules {
    const id = this.#snapshots.snapshotOfFile(path.join(root, 'package.json'))?.id
    if (id === undefined) {
      throw new ModulePickleError(
        'ERR_SNAPSHOT_MISSING',
        `${root} is not a snapshot that came here, so its modules cannot travel on.`,
      )
    }
    return new MaterializedModules(id, root, this.#snapshots)
  }
}

class MaterializedModules implements PackedModules {
  readonly id: string
  readonly root: string
  readonly packages: readonly PackageNeed[]
  readonly packageDirectories: ReadonlyMap<string, string>
  readonly #snapshots: SnapshotCache

  constructor(id: string, root: string, snapshots: SnapshotCache) {
    this.id = id
    this.root = root
    this.#snapshots = snapshots
    this.packages = packageNeeds(snapshots.descriptionOf(id).packages)
    this.packageDirectories = this.#findDirectories()
  }

  /** Read only when they are asked for: a pickle that goes back to where they came from names the snapshot alone. */
  get objects(): ReadonlyMap<string, SnapshotObject> {
    return new Map([...this.#snapshots.objectsOf(this.id)].map(object => [object.id, object]))
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

  #findDirectories(): Map<string, string> {
    const directories = new Map<string, string>()
    const inPlace = this.#snapshots.placedAt(this.root)
    for (const need of this.packages) {
      const directory = inPlace?.packageDirectory(need.name, need.version)
      if (directory !== undefined) directories.set(packageKey(need), directory)
    }
    return directories
  }
}
