/**
 * Files of one project as scanned modules with their targets, each read and compiled once per content.
 *
 * A module's text is kept as long as its content and options are the same; its targets only for one pass over the project,
 * because they depend on other files.
 */
import path from 'node:path'
import { nearestPackage } from '../../cloudpickle/source/package-json.ts'
import type { Disk, SourceFile } from './disk.ts'
import { isUnreadable, readModuleText, type ModuleText } from './module-text.ts'
import { isCompiled, isModuleText } from './output-path.ts'
import { posixRelative } from './project.ts'
import { TargetFinder, type Target } from './targets.ts'
import { TsConfigs } from './tsconfig.ts'

export interface Scanned {
  readonly source: SourceFile
  /** undefined for what is not JavaScript, or cannot be parsed as such. */
  readonly module: ModuleText | undefined
  /** Why a file that had to be compiled was not. */
  readonly failure: unknown
  /** One for each request of the module. */
  readonly targets: readonly Target[]
}

interface Kept {
  readonly key: string
  readonly module: ModuleText | undefined
  readonly failure: unknown
}

/** Texts by content, across passes. */
export type ModuleTexts = WeakMap<SourceFile, Kept>

export class Scanner {
  readonly #root: string
  readonly #disk: Disk
  readonly #texts: ModuleTexts
  readonly #tsconfigs: TsConfigs
  readonly #targets: TargetFinder
  readonly #scanned = new Map<string, Scanned>()

  constructor(root: string, disk: Disk, texts: ModuleTexts) {
    this.#root = root
    this.#disk = disk
    this.#texts = texts
    this.#tsconfigs = new TsConfigs(disk)
    this.#targets = new TargetFinder(root, disk, this.#tsconfigs)
  }

  scan(file: string): Scanned {
    const known = this.#scanned.get(file)
    if (known) return known
    const source = this.#disk.read(file)
    const { module, failure } = this.#textOf(source)
    const targets = module ? this.#targets.targetsOf(file, module) : []
    const scanned = { source, module, failure, targets }
    this.#scanned.set(file, scanned)
    return scanned
  }

  #textOf(source: SourceFile): Kept {
    const { file } = source
    if (!isModuleText(file)) return { key: '', module: undefined, failure: undefined }
    const { options } = isCompiled(file) ? this.#tsconfigs.nearest(path.dirname(file)) : { options: {} }
    const key = JSON.stringify([this.#root, nearestPackage(file)?.json.type, options])
    const kept = this.#texts.get(source)
    if (kept?.key === key) return kept
    const read = { key, ...this.#read(source, options) }
    this.#texts.set(source, read)
    return read
  }

  #read({ file, content }: SourceFile, options: Parameters<typeof readModuleText>[3]): Omit<Kept, 'key'> {
    try {
      const module = readModuleText(file, posixRelative(this.#root, file), content.toString('utf8'), options)
      return { module, failure: undefined }
    } catch (error) {
      if (!isUnreadable(error)) throw error
      return { module: undefined, failure: isCompiled(file) ? error : undefined }
    }
  }
}
