/**
 * The objects a receiver holds, one file each. What is written was verified; what is read is verified again, because disks
 * and interrupted machines lie. Objects are never changed.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { isModulePickleError, ModulePickleError } from '../../errors.ts'
import { isObjectId, verifyObject } from '../objects/object-id.ts'
import type { ObjectId, ObjectKind } from '../objects/snapshot.ts'
import type { CacheDirectory } from './cache-directory.ts'
import { temporaryName } from './temporary.ts'

export class ObjectStore {
  readonly #directory: CacheDirectory

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
    const file = this.#fileOf(id)
    // A file of another size was damaged, as by a power cut before its content reached the disk.
    if (statSync(file, { throwIfNoEntry: false })?.size === content.byteLength) return
    const draft = temporaryName(this.#directory.temporary)
    try {
      writeFileSync(draft, content, { flag: 'wx', mode: 0o600 })
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
      renameSync(draft, file)
    } catch (error) {
      rmSync(draft, { force: true })
      throw new ModulePickleError(
        'ERR_MATERIALIZE',
        `Object ${id} cannot be kept in ${this.#directory.objects}: ${(error as Error).message}. Free space there or name another directory in MODULEPICKLE_CACHE.`,
        { cause: error },
      )
    }
  }

  /**
   * The content of an object, or undefined where it is not here.
   * @throws ModulePickleError ERR_SNAPSHOT_CORRUPT when the file was damaged; it is removed, so that it can be sent again
   */
  read(id: ObjectId, kind: ObjectKind): Uint8Array | undefined {
    const file = this.#fileOf(id)
    if (!existsSync(file)) return undefined
    const content = readFileSync(file)
    try {
      verifyObject(id, kind, content)
    } catch (error) {
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

  #fileOf(id: ObjectId): string {
    if (!isObjectId(id)) {
      throw new ModulePickleError('ERR_SNAPSHOT_CORRUPT', `${JSON.stringify(id)} is not an object id.`)
    }
    return path.join(this.#directory.objects, id.slice(0, 2), id.slice(2))
  }
}
