/**
 * What a cache holds: its snapshots, when each was last used and by which processes it is in use, and what it takes on the disk.
 *
 * Files are shared between snapshots, so sizes are told in an order: what each takes beyond those that come before it.
 */
import { existsSync, lstatSync, statSync } from 'node:fs'
import path from 'node:path'
import { packageIdentity } from '../../cloudpickle/source/installed-package.ts'
import { descriptionPath } from '../objects/description.ts'
import { isObjectId } from '../objects/object-id.ts'
import type { ObjectId, ObjectKind } from '../objects/snapshot.ts'
import { referenceKey, walkObjects } from '../objects/walk.ts'
import type { CacheDirectory } from './cache-directory.ts'
import { listDirectory } from './list-directory.ts'
import { ObjectStore } from './object-store.ts'
import { readPins } from './pins.ts'
import { readSeal } from './seal.ts'

const kinds: readonly ObjectKind[] = ['blob', 'tree']

/** A snapshot with the packages that it is linked to; or an installed package that was sent, which is kept in the same way. */
export interface CachedSnapshot {
  /** `name@version` of an installed package. */
  readonly package?: string
  /** `<id>/<bound packages>`. */
  readonly name: string
  readonly id: ObjectId
  readonly directory: string
  readonly seal: string
  /** What its directory takes beyond its objects. */
  readonly ownBytes: number
  /** When a process last began to use it. */
  readonly lastUsed: Date
  /** Processes that use it, as `<host>-<pid>-<start>`. */
  readonly pinnedBy: readonly string[]
}

export interface MeasuredSnapshot extends CachedSnapshot {
  /** What it takes beyond the snapshots before it. */
  readonly sizeBytes: number
}

/** Those in use first, then the most recently used. Forgets the pins of processes that have ended, unless `isDryRun`. */
export function cachedSnapshots(cache: CacheDirectory, isDryRun: boolean): CachedSnapshot[] {
  const pins = readPins(cache.pins, isDryRun)
  const found: CachedSnapshot[] = []
  for (const id of listDirectory(cache.snapshots)) {
    if (!isObjectId(id)) continue
    for (const binding of listDirectory(path.join(cache.snapshots, id))) {
      const name = `${id}/${binding}`
      const directory = path.join(cache.snapshots, id, binding)
      const seal = path.join(cache.seals, `${id}-${binding}`)
      const stat = statSync(seal, { throwIfNoEntry: false }) ?? statSync(directory, { throwIfNoEntry: false })
      if (stat === undefined) continue
      const ownBytes = readSeal(seal)?.ownBytes ?? 0
      const label = packageIn(directory)
      const use = { lastUsed: stat.mtime, pinnedBy: pins.get(name) ?? [] }
      found.push({ ...(label !== undefined && { package: label }), name, id, directory, seal, ownBytes, ...use })
    }
  }
  const isPinned = ({ pinnedBy }: CachedSnapshot): number => Number(pinnedBy.length > 0)
  return found.sort((a, b) => isPinned(b) - isPinned(a) || b.lastUsed.getTime() - a.lastUsed.getTime())
}

/** What stands in the place of a package: a directory among links to what it depends on. */
function packageIn(directory: string): string | undefined {
  if (existsSync(path.join(directory, descriptionPath))) return undefined
  const modules = path.join(directory, 'node_modules')
  const scopes = listDirectory(modules).filter(name => name.startsWith('@'))
  const nested = scopes.flatMap(scope => listDirectory(path.join(modules, scope)).map(name => `${scope}/${name}`))
  const own = [...listDirectory(modules), ...nested].find(name => {
    const stat = lstatSync(path.join(modules, name), { throwIfNoEntry: false })
    return stat?.isDirectory() && !scopes.includes(name)
  })
  if (own === undefined) return undefined
  const { name, version } = packageIdentity(path.join(modules, own))
  return `${name}@${version}`
}

/** Takes snapshots one after the other, and knows which objects those need that were taken so far. */
export class SnapshotMeasure {
  readonly #cache: CacheDirectory
  readonly #objects: ObjectStore
  readonly #taken = new Set<string>()

  constructor(cache: CacheDirectory) {
    this.#cache = cache
    this.#objects = new ObjectStore(cache)
  }

  /** How many bytes `snapshot` takes beyond those taken before; undefined, and not taken, where that is over `limitBytes`. */
  take({ id, ownBytes }: CachedSnapshot, limitBytes = Infinity): number | undefined {
    let sizeBytes = ownBytes
    const added: string[] = []
    // What was taken is not walked again, so that many versions that differ in a file cost what differs.
    for (const object of walkObjects(id, tree => this.#objects.readIntact(tree, 'tree'), this.#taken)) {
      added.push(referenceKey(object))
      sizeBytes += this.#sizeOf(object.id)
    }
    if (sizeBytes <= limitBytes) return sizeBytes
    for (const key of added) this.#taken.delete(key)
    return undefined
  }

  /** Objects in the cache, older than `minimumAgeMs`, that no snapshot needs which was taken. */
  *unneeded(minimumAgeMs: number): Generator<{ readonly file: string; readonly sizeBytes: number }> {
    for (const start of listDirectory(this.#cache.objects)) {
      for (const rest of listDirectory(path.join(this.#cache.objects, start))) {
        const id = start + rest
        if (kinds.some(kind => this.#taken.has(referenceKey({ id, kind })))) continue
        const file = path.join(this.#cache.objects, start, rest)
        const stat = statSync(file, { throwIfNoEntry: false })
        if (stat && Date.now() - stat.mtimeMs >= minimumAgeMs) yield { file, sizeBytes: stat.size }
      }
    }
  }

  #sizeOf(id: ObjectId): number {
    const file = path.join(this.#cache.objects, id.slice(0, 2), id.slice(2))
    return statSync(file, { throwIfNoEntry: false })?.size ?? 0
  }
}
