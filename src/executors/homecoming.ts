/**
 * Decodes what workers send back, in terms of this process: a module of a snapshot that was packed here is the module that
 * is loaded here, so that classes of results and errors are the very classes that the caller knows.
 */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { unpickle, type ArrivalOptions } from '../modulepickle.ts'
import { SnapshotCache, type MaterializedSnapshot } from '../snapshot/materialize/snapshot-cache.ts'
import type { PackageLookup } from '../snapshot/materialize/package-lookup.ts'
import type { ObjectId } from '../snapshot/objects/snapshot.ts'
import type { ShippedSnapshots } from './shipped-snapshots.ts'

/** This package's own directory. */
export const packageDirectory = path.resolve(fileURLToPath(new URL('../..', import.meta.url)))

/** A cache in which snapshots of this process are in place already: they are its project's own directory. */
class OwnSnapshots extends SnapshotCache {
  readonly #shipped: ShippedSnapshots

  constructor(shipped: ShippedSnapshots) {
    super()
    this.#shipped = shipped
  }

  override find(id: ObjectId, packages: PackageLookup): MaterializedSnapshot | undefined {
    const own = this.#shipped.get(id)
    if (!own) return super.find(id, packages)
    return {
      id,
      directory: own.root,
      // Its modules are those that run here; whoever runs them has seen to their stack traces.
      isCompiled: false,
      packageDirectory: (name, version) => own.packageDirectories.get(`${name}@${version}`),
    }
  }
}

export class HomecomingDecoder {
  readonly #shipped: ShippedSnapshots
  #options: ArrivalOptions | undefined

  constructor(shipped: ShippedSnapshots) {
    this.#shipped = shipped
  }

  /** @throws ModulePickleError when the pickle refers to something that is not here */
  async decode(bytes: Uint8Array): Promise<unknown> {
    this.#options ??= {
      cache: new OwnSnapshots(this.#shipped),
      packages: { directories: [process.cwd()], exact: this.#shipped.packageDirectories, runtime: packageDirectory },
      live: (id, inside) => this.#shipped.sourceOf(id, inside),
    }
    return unpickle(bytes, this.#options)
  }
}
