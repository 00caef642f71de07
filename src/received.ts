/**
 * What this process was sent: the caches that it loads from, and functions that travel on from there.
 *
 * A process has code of its own, and code that came to it. The one is packed as it is on disk; the other travels on in the
 * snapshot that it came in, also when whoever sent it is gone.
 */
import path from 'node:path'
import type { DeferredImport } from './cloudpickle/index.ts'
import type { InstalledFile } from './cloudpickle/source/installed-package.ts'
import { MaterializedSource } from './materialized-source.ts'
import type { ModuleSource, PackedModules } from './shipment.ts'
import type { PackageNaming } from './snapshot/packages/installed-packages.ts'
import { SnapshotCache } from './snapshot/materialize/snapshot-cache.ts'

/** By what MODULEPICKLE_CACHE was. */
const caches = new Map<string, SnapshotCache>()

/** The cache that this process loads from now; opened when it is first asked for. */
export function receivingCache(): SnapshotCache {
  const key = process.env['MODULEPICKLE_CACHE'] ?? ''
  const known = caches.get(key)
  if (known?.isThere()) return known
  const cache = new SnapshotCache()
  caches.set(key, cache)
  return cache
}

/** Code that came here, from where it came; all other code from `own`. */
export class WithReceived implements ModuleSource {
  readonly #own: ModuleSource

  constructor(own: ModuleSource) {
    this.#own = own
  }

  locate(file: string): { readonly root: string; readonly path: string } | undefined {
    return (sourceHolding(file) ?? this.#own).locate(file)
  }

  installed(file: string): InstalledFile | undefined {
    return this.#own.installed(file)
  }

  pack(
    root: string,
    modules: Iterable<string>,
    deferred: readonly DeferredImport[],
    naming: PackageNaming,
  ): PackedModules {
    const received = sourceHolding(path.join(root, 'package.json'))
    return received ? received.pack(root, modules, deferred, naming) : this.#own.pack(root, modules, deferred, naming)
  }
}

function sourceHolding(file: string): MaterializedSource | undefined {
  for (const cache of caches.values()) if (cache.snapshotOfFile(file)) return new MaterializedSource(cache)
  return undefined
}
