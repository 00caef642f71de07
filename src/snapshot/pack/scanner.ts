/**
 * Files of one project as scanned modules with their targets, each read and compiled once per content.
 *
 * A module's text is kept as long as its content and options are the same; its targets only as long as the structure of the
 * project is, because they depend on other files.
 */
import path from 'node:path'
import { nearestPackage } from '../../cloudpickle/source/package-json.ts'
import { objectId } from '../objects/object-id.ts'
import type { ObjectId } from '../objects/snapshot.ts'
import type { DeferredImport } from '../../cloudpickle/source/resolve.ts'
import type { CompileCache } from './compile-cache.ts'
import type { Disk, SourceFile } from './disk.ts'
import { declaredKind } from './module-kind.ts'
import { isUnreadable, readModuleText, type ModuleText } from './module-text.ts'
import { isCompiled, isModuleText } from './output-path.ts'
import { posixRelative } from './project.ts'
import { editsOf, shippedText } from './rewrite.ts'
import { TargetFinder, type Target } from './targets.ts'
import { TsConfigs, type TypeScriptOptions } from './tsconfig.ts'

export interface Scanned {
  readonly source: SourceFile
  /** undefined for what is not JavaScript, or cannot be parsed as such. */
  readonly module: ModuleText | undefined
  /** Why a file that should be a module cannot be read as one. */
  readonly failure: unknown
  /** One for each request of the module. */
  readonly targets: readonly Target[]
}

interface Kept {
  readonly key: string
  readonly module: ModuleText | undefined
  readonly failure: unknown
}

/** A module in the form that ships. */
interface Shipped {
  readonly content: Buffer
  readonly id: ObjectId
}

/** To parse that much JavaScript takes no longer than to look for what another process has kept. */
const quickBytes = 8 * 1024

/** Texts by content, across passes. */
export type ModuleTexts = WeakMap<SourceFile, Kept>

export class Scanner {
  readonly #root: string
  readonly #disk: Disk
  readonly #texts: ModuleTexts
  readonly #compiled: CompileCache | undefined
  readonly #tsconfigs: TsConfigs
  readonly #targets: TargetFinder
  readonly #scanned = new Map<string, Scanned>()
  readonly #shipped = new WeakMap<Scanned, Shipped>()
  readonly #types = new Map<string, string | undefined>()

  constructor(root: string, disk: Disk, texts: ModuleTexts, compiled?: CompileCache) {
    this.#root = root
    this.#disk = disk
    this.#texts = texts
    this.#compiled = compiled
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

  /** The content of `file` has changed. */
  forget(file: string): void {
    this.#scanned.delete(file)
  }

  /** The text of `module`, which `file` was scanned as, with its specifiers made fit for the snapshot. */
  shipped(file: string, module: ModuleText): Shipped {
    const scanned = this.scan(file)
    const known = this.#shipped.get(scanned)
    if (known) return known
    const edits = editsOf(this.#root, posixRelative(this.#root, file), module, scanned.targets, this.#disk.packageJson)
    const content = Buffer.from(shippedText(module, edits))
    const shipped = { content, id: objectId('blob', content) }
    this.#shipped.set(scanned, shipped)
    return shipped
  }

  targetOf(request: DeferredImport): Target {
    return this.#targets.targetOf(request)
  }

  #textOf(source: SourceFile): Kept {
    const { file } = source
    if (!isModuleText(file)) return { key: '', module: undefined, failure: undefined }
    const { options } = isCompiled(file) ? this.#tsconfigs.nearest(path.dirname(file)) : { options: {} }
    const facts = [
      isCompiled(file) ? posixRelative(this.#root, file) : '',
      declaredKind(file, this.#typeOf(file)),
      options,
    ]
    const key = JSON.stringify(facts)
    const kept = this.#texts.get(source)
    if (kept?.key === key) return kept
    const read: Kept = { key, ...this.#read(source, facts, options) }
    this.#texts.set(source, read)
    return read
  }

  #typeOf(file: string): string | undefined {
    const directory = path.dirname(file)
    if (!this.#types.has(directory)) {
      this.#types.set(directory, nearestPackage(file, this.#disk.packageJson)?.json.type)
    }
    return this.#types.get(directory)
  }

  /** `facts` are what the result depends on besides the content. */
  #read(
    { file, content, id }: SourceFile,
    facts: readonly unknown[],
    options: TypeScriptOptions,
  ): Pick<Kept, 'module' | 'failure'> {
    const text = content.toString('utf8')
    const relative = posixRelative(this.#root, file)
    const read = (): ModuleText => readModuleText(relative, text, declaredKind(file, this.#typeOf(file)), options)
    const isQuick = !isCompiled(file) && content.byteLength < quickBytes
    try {
      const module = this.#compiled && !isQuick ? this.#compiled.get(facts, id, text, read) : read()
      return { module, failure: undefined }
    } catch (error) {
      if (!isUnreadable(error)) throw error
      return { module: undefined, failure: error }
    }
  }
}
