/**
 * Remembers for the next process what packages hold: one small file a package, in a private directory.
 *
 * Only advice: what cannot be read or written is done without. A file is replaced whole, by a rename.
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { debuglog } from 'node:util'
import { isObjectId } from '../objects/object-id.ts'
import type { PackageContent } from './package-files.ts'

/** Shown with NODE_DEBUG=modulepickle-packages. */
const debug = debuglog('modulepickle-packages')
const storeFormat = 1

export class StampStore {
  readonly #directory: string

  /** `directory` belongs to this user alone, and need not be there yet. */
  constructor(directory: string) {
    this.#directory = directory
  }

  /** What the package at `place` held when its files had this stamp; undefined where that is not known. */
  get(place: string, stamp: string): PackageContent | undefined {
    try {
      const record = JSON.parse(readFileSync(this.#fileOf(place), 'utf8')) as Record<string, unknown>
      const isCurrent = record['format'] === storeFormat && record['stamp'] === stamp
      return isCurrent && isContent(record['content']) ? record['content'] : undefined
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') debug('%s: %s', place, (error as Error).message)
      return undefined
    }
  }

  put(place: string, stamp: string, content: PackageContent): void {
    const file = this.#fileOf(place)
    const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`
    try {
      mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
      writeFileSync(draft, JSON.stringify({ format: storeFormat, place, stamp, content }), { flag: 'wx', mode: 0o600 })
      renameSync(draft, file)
    } catch (error) {
      debug('%s: %s', place, (error as Error).message)
      rmSync(draft, { force: true })
    }
  }

  #fileOf(place: string): string {
    return path.join(this.#directory, createHash('sha256').update(place).digest('hex'))
  }
}

function isContent(value: unknown): value is PackageContent {
  const { files, whole, isNodeApi, mentions } = Object(value) as Record<string, unknown>
  const isWhole = whole === undefined || (isObjectId(whole) && typeof isNodeApi === 'boolean')
  return isObjectId(files) && isWhole && Array.isArray(mentions)
}
