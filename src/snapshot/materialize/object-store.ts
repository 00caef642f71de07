/**
 * The objects a receiver holds, one file each. What is written was verified; what is read is verified again, because disks
 * and interrupted machines lie. Objects are never changed.
 *
 * Files of snapshots may be further names of an object's file: nothing is written twice, and an edit costs the disk one file.
 */
import { existsSync, linkSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { isModulePickleError, ModulePickleError } from '../../errors.ts'
import { isObjectId, verifyObject } from '../objects/object-id.ts'
import type { ObjectId, ObjectKind } from '../objects/snapshot.ts'
import type { CacheDirectory } from './cache-directory.ts'
import { renameMakingDirectory } from './rename.ts'
import { temporaryName } from './temporary.ts'

/** Objects that no snapshot in the cache needs are kept this long: they may be on their way into one. */
export const minimumAgeMs = 60 * 60 * 1000

export class ObjectStore {
  readonly #directory: CacheDirectory
  /** Objects that were put or found whole a moment ago, and their sizes. */
  readonly #intact = new Map<ObjectId, number>()

  constructor(directory: CacheDirectory) {
    this.#directory = directory
  }

  /** Whether there is a file for the object; `read` tells whether it is whole. */
  has(id: ObjectId): boolean {
    return existsSync(this.#fileOf(id))
  }

  /** @throws ModulePickleError ERR_SNAPSHOT_CORRUPT before a byte is kept, unless `id` is the id of `content` */
  put(id: ObjectId, kind: ObjectKind, content: Uint8Array): void {
    verifyObject(id, kind, content)
    this.keep(id, content)
  }

  /** As `put`, for content whose id this is known to be. */
  keep(id: ObjectId, content: Uint8Array): void {
    const file = this.#fileOf(id)
    if (!keepsAlready(file, content)) this.#write(id, file, content)
    this.#intact.set(id, content.byteLength)
  }

  /**
   * The content of an object, or undefined where it is not here.
   * @throws ModulePickleError ERR_SNAPSHOT_CORRUPT when the file was damaged; it is removed, so that it can be sent again
   */
  read(id: ObjectId, kind: ObjectKind): Uint8Array | undefined {
    const file = this.#fileOf(id)
    const content = readIfThere(file)
    if (content === undefined) return undefined
    try {
      verifyObject(id, kind, content)
    } catch (error) {
      this.#intact.delete(id)
      rmSync(file, { force: true })
      throw error
    }
    return content
  }

  /** The content of an object, or undefined where it is not here undamaged. */
  readIntact(id: ObjectId, kind: ObjectKind): Uint8Array | undefined {
    if (!this.has(id)) return undefined
    try {
      return this.read(id, kind)
    } catch (error) {
      if (isModulePickleError(error, 'ERR_SNAPSHOT_CORRUPT')) return undefined
      throw error
    }
  }

  /**
   * Makes `target` another name of a blob's file, which cannot be written to; its size in bytes, or undefined where the blob is not
   * here, or where the file system or a limit of it does not allow that.
   * @throws ModulePickleError ERR_SNAPSHOT_CORRUPT as `read` does
   */
  link(id: ObjectId, target: string): number | undefined {
    const sizeBytes = this.#intact.get(id) ?? this.read(id, 'blob')?.byteLength
    if (sizeBytes === undefined) return undefined
    try {
      linkSync(this.#fileOf(id), target)
      return sizeBytes
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error
      return undefined
    }
  }

  /** To be called when a snapshot has been written: what was found whole for it may be damaged by the time of the next. */
  forgetChecks(): void {
    this.#intact.clear()
  }

  #write(id: ObjectId, file: string, content: Uint8Array): void {
    const draft = temporaryName(this.#directory.temporary)
    try {
      writeFileSync(draft, content, { flag: 'wx', mode: 0o444 })
      renameMakingDirectory(draft, file)
    } catch (error) {
      rmSync(draft, { force: true })
      throw new ModulePickleError(
        'ERR_MATERIALIZE',
        `Object ${id} cannot be kept in ${this.#directory.objects}: ${(error as Error).message}. Free space there or name another directory in MODULEPICKLE_CACHE.`,
        { cause: error },
      )
    }
  }

  #fileOf(id: ObjectId): string {
    if (!isObjectId(id)) {
      throw new ModulePickleError('ERR_SNAPSHOT_CORRUPT', `${JSON.stringify(id)} is not an object id.`)
    }
    return path.join(this.#directory.objects, id.slice(0, 2), id.slice(2))
  }
}

/** Whether `file` holds `content`. If so, it is as good as new: its age protects it from collection. */
function keepsAlready(file: string, content: Uint8Array): boolean {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (stat?.size !== content.byteLength || !readIfThere(file)?.equals(content)) return false
  const now = Date.now()
  if (now - stat.mtimeMs > minimumAgeMs / 2) renew(file, now)
  return true
}

/** In a cache that cannot be written, nothing is collected either. */
function renew(file: string, now: number): void {
  try {
    utimesSync(file, now / 1000, now / 1000)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw error
  }
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
