/**
 * From what is reached to the objects of a snapshot: every file in its shipped form, links, and the description.
 *
 * Output depends on contents and paths inside the project only, never on time, user, machine or the order of discovery. One
 * instance makes one snapshot and, from that, others in which only contents differ.
 */
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { customConditions } from '../../cloudpickle/source/conditions.ts'
import { ModulePickleError } from '../../errors.ts'
import { TreeBuilder, type FileEntry } from '../objects/build-trees.ts'
import { descriptionPath, encodeDescription, snapshotFormat } from '../objects/description.ts'
import { objectId } from '../objects/object-id.ts'
import type { ObjectId, SnapshotObject } from '../objects/snapshot.ts'
import { compilerVersion, compileTarget, type Compiler } from './compile.ts'
import { isVanished, type Disk } from './disk.ts'
import type { Reached } from './graph.ts'
import type { IgnoreRules } from './ignore-rules.ts'
import type { ModuleText } from './module-text.ts'
import { isCompiled, outputPath, sourcePath } from './output-path.ts'
import { shippedPackageText } from './package-json.ts'
import { isEmptyModule, isNodeScript, PackageTypes } from './package-types.ts'
import { posixRelative } from './project.ts'
import type { DescribedPackages } from '../packages/installed-packages.ts'
import type { LeftOut, Reasons } from './snapshot-contents.ts'
import type { Scanned, Scanner } from './scanner.ts'
import { listLeftOut, listShipped } from './shipped-files.ts'
import { checkSize } from './size-limit.ts'
import { warnOfUnfit } from './unfit-files.ts'

export interface Assembled {
  readonly id: ObjectId
  readonly objects: ReadonlyMap<ObjectId, SnapshotObject>
  /** Path in the snapshot to the file on the sender. */
  readonly sources: ReadonlyMap<string, string>
  /** Path in the snapshot to the module as scanned; undefined for one that cannot be parsed. */
  readonly modules: ReadonlyMap<string, ModuleText | undefined>
  /** Path in the snapshot to the text that the module was made from. */
  readonly texts: ReadonlyMap<string, Buffer>
  /** By path; only as of now. */
  readonly blobs: ReadonlyMap<string, SnapshotObject>
}

interface Contents {
  readonly reached: Reached
  /** The installed packages that are reached. */
  readonly packages: DescribedPackages
  readonly rules: IgnoreRules
  readonly limitBytes: number
}

export class Assembly implements Reasons {
  readonly #root: string
  readonly #disk: Disk
  readonly #scanner: Scanner
  readonly #contents: Contents
  readonly #trees = new TreeBuilder()
  readonly #entries = new Map<string, FileEntry>()
  /** By path, as the entries. */
  readonly #blobs = new Map<string, SnapshotObject>()
  readonly #sources = new Map<string, string>()
  readonly #modules = new Map<string, ModuleText | undefined>()
  readonly #texts = new Map<string, Buffer>()
  readonly #scanned = new Map<string, Scanned>()
  readonly #types: PackageTypes
  /** What no code reaches and no snapshot can hold, and why. */
  #unfit: ReadonlyMap<string, string> = new Map()

  constructor(root: string, disk: Disk, scanner: Scanner, contents: Contents) {
    this.#root = root
    this.#disk = disk
    this.#scanner = scanner
    this.#contents = contents
    this.#types = new PackageTypes(disk.packageJson)
  }

  get rules(): IgnoreRules {
    return this.#contents.rules
  }

  get reached(): Reached {
    return this.#contents.reached
  }

  get packages(): DescribedPackages {
    return this.#contents.packages
  }

  /** @throws ModulePickleError ERR_SNAPSHOT_TOO_LARGE, ERR_SNAPSHOT_PATH */
  assemble(): Assembled {
    const { reached } = this.#contents
    const { files, links, unfit } = listShipped(this.#root, this.#disk, this.#contents)
    this.#unfit = unfit
    warnOfUnfit(this.#root, unfit)
    this.#checkSize(files)
    const isJson = (file: string): boolean => path.basename(file) === 'package.json'
    for (const file of files) if (!isJson(file)) this.#addUnlessVanished(file)
    // Last, because what they say depends on the modules that they are about.
    for (const file of files) if (isJson(file)) this.#addUnlessVanished(file)
    for (const [link, target] of links) this.#addLink(posixRelative(this.#root, link), target)
    for (const [place, directory] of reached.localLinks) {
      this.#addLink(place, path.posix.relative(path.posix.dirname(place), posixRelative(this.#root, directory)))
    }
    this.#addBlob(descriptionPath, '100644', this.#describe())
    for (const entry of this.#entries.values()) this.#trees.add(entry)
    return this.#assembled()
  }

  /**
   * The snapshot after the contents of `changed` files have changed.
   * @returns undefined where that has consequences for other files: then everything has to be assembled anew
   */
  update(changed: Iterable<string>): Assembled | undefined {
    const files = [...changed].filter(file => this.#scanned.has(file))
    if (!files.every(file => this.#changesAlone(file))) return undefined
    for (const file of files) {
      for (const entry of this.#addFile(file)) this.#trees.replace(entry)
    }
    this.#checkSize(this.#scanned.keys())
    return this.#assembled()
  }

  nameOf(directory: string): string | undefined {
    return this.#disk.packageJson(directory)?.name
  }

  /** The paths in the project of those of `files` that ship. */
  pathsOf(files: Iterable<string>): string[] {
    return [...files].filter(file => this.#scanned.has(file)).map(file => posixRelative(this.#root, file))
  }

  /** The paths in the snapshot that have another content, or are only here or only in `other`, one that is no longer updated. */
  differences(other: Assembly): string[] {
    const places = new Set([...this.#entries.keys(), ...other.#entries.keys()])
    return [...places].filter(place => this.#entries.get(place)?.id !== other.#entries.get(place)?.id)
  }

  listLeftOut(): LeftOut[] {
    return listLeftOut(this.#root, this.#disk, this.#contents, this.#unfit)
  }

  #assembled(): Assembled {
    const { id, trees } = this.#trees.build()
    const objects = new Map<ObjectId, SnapshotObject>()
    for (const blob of this.#blobs.values()) objects.set(blob.id, blob)
    for (const tree of trees) objects.set(tree.id, tree)
    const [modules, texts] = [new Map(this.#modules), new Map(this.#texts)]
    return { id, objects, sources: this.#sources, modules, texts, blobs: this.#blobs }
  }

  /** Editors and builds make files that are gone a moment later; only one that code reaches is missed. */
  #addUnlessVanished(file: string): void {
    try {
      this.#addFile(file)
    } catch (error) {
      if (!isVanished(error) || this.#contents.reached.files.has(file)) throw error
    }
  }

  /** Does nothing that is said about other files depend on what has changed in `file`? */
  #changesAlone(file: string): boolean {
    const before = this.#scanned.get(file)
    const after = this.#scanner.scan(file)
    if (this.reached.files.has(file) && !isSameReach(before, after)) return false
    if (before?.module && after.module) return isSameKind(before.module, after.module)
    return (
      !before?.module && !after.module && ![before, after].some(scanned => isNodeScript(file, scanned?.source.content))
    )
  }

  #addFile(file: string): FileEntry[] {
    const relative = posixRelative(this.#root, file)
    const mode = this.#disk.modeOf(file)
    const scanned = this.#scanner.scan(file)
    const { source, module } = scanned
    const added: FileEntry[] = []
    if (isCompiled(relative)) added.push(this.#addBlob(sourcePath(relative), mode, source.content, source.id, file))
    if (module) {
      const shipped = this.#scanner.shipped(file, module)
      this.#modules.set(outputPath(relative), module)
      this.#texts.set(outputPath(relative), source.content)
      this.#types.noteModule(file, module)
      added.push(this.#addBlob(outputPath(relative), mode, shipped.content, shipped.id, file))
    } else if (path.basename(file) === 'package.json') {
      const text = shippedPackageText(source.content, this.#types.isModule(path.dirname(file)))
      added.push(this.#addBlob(relative, mode, text, undefined, file))
    } else if (!isCompiled(relative)) {
      this.#types.noteOther(file, source.content)
      added.push(this.#addBlob(relative, mode, source.content, source.id, file))
    }
    this.#scanned.set(file, scanned)
    return added
  }

  #addLink(place: string, target: string): void {
    this.#addBlob(place, '120000', Buffer.from(target))
  }

  #addBlob(place: string, mode: FileEntry['mode'], content: Buffer, knownId?: ObjectId, file?: string): FileEntry {
    const previous = this.#entries.has(place) ? this.#sources.get(place) : undefined
    if (previous !== undefined && file !== undefined && previous !== file)
      throw this.#claimedTwice(previous, file, place)
    const id = knownId ?? objectId('blob', content)
    const entry = { path: place, mode, id }
    this.#entries.set(place, entry)
    this.#blobs.set(place, { id, kind: 'blob', sizeBytes: content.byteLength, read: () => content })
    if (file !== undefined) this.#sources.set(place, file)
    return entry
  }

  #checkSize(files: Iterable<string>): void {
    checkSize(this.#root, this.#disk, files, this.#contents.limitBytes)
  }

  #claimedTwice(a: string, b: string, place: string): ModulePickleError {
    const [first, second] = [a, b].map(file => posixRelative(this.#root, file)).sort()
    return new ModulePickleError(
      'ERR_SNAPSHOT_PATH',
      `${first} and ${second} would both ship as ${place}. Remove the built file, or name one of them in "modulepickle": { "exclude": […] } of package.json.`,
    )
  }

  #describe(): Buffer {
    const { labels, graph } = this.packages
    const links = [...this.reached.packageLinks].map(([place, directory]) => [place, labels.get(directory)!] as const)
    const compilers = [...this.#compilers()].map(compiler => [compiler, compilerVersion(compiler)] as const)
    return Buffer.from(
      encodeDescription({
        format: snapshotFormat,
        compile: compilers.length === 0 ? {} : { target: compileTarget, ...Object.fromEntries(compilers) },
        conditions: customConditions(),
        packages: graph,
        links: Object.fromEntries(links),
      }),
    )
  }

  #compilers(): Set<Compiler> {
    const used = [...this.#modules.values()].map(module => module?.compiler)
    return new Set(used.filter(compiler => compiler !== undefined))
  }
}

/** What leads nowhere may have become an error. */
function isSameReach(before: Scanned | undefined, after: Scanned): boolean {
  const leadsNowhere = after.targets.some(({ kind }) => kind === 'unresolved' || kind === 'outside')
  return !leadsNowhere && isDeepStrictEqual(before?.targets, after.targets)
}

/** Alike in everything that is said about a module elsewhere in the snapshot. */
function isSameKind(a: ModuleText, b: ModuleText): boolean {
  return a.kind === b.kind && a.compiler === b.compiler && isEmptyModule(a) === isEmptyModule(b)
}
