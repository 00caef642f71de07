/**
 * From what is reached to the objects of a snapshot: every file in its shipped form, links, and the description.
 *
 * Output depends on contents and paths inside the project only, never on time, user, machine or the order of discovery.
 */
import path from 'node:path'
import { customConditions } from '../../cloudpickle/source/conditions.ts'
import { ancestors } from '../../cloudpickle/source/package-json.ts'
import { ModulePickleError } from '../../errors.ts'
import { buildTrees, type FileEntry } from '../objects/build-trees.ts'
import { descriptionPath, encodeDescription, packageKey, snapshotFormat } from '../objects/description.ts'
import { objectId } from '../objects/object-id.ts'
import type { ObjectId, SnapshotObject } from '../objects/snapshot.ts'
import { compilerVersion, compileTarget, type Compiler } from './compile.ts'
import { isVanished, type Disk } from './disk.ts'
import type { Reached } from './graph.ts'
import type { IgnoreRules } from './ignore-rules.ts'
import type { ModuleText } from './module-text.ts'
import { isCompiled, outputPath, sourcePath } from './output-path.ts'
import { listPackage } from './package-files.ts'
import { shippedPackageText } from './package-json.ts'
import { PackageTypes } from './package-types.ts'
import { posixRelative } from './project.ts'
import type { Scanner } from './scanner.ts'

export interface Assembled {
  readonly id: ObjectId
  readonly objects: ReadonlyMap<ObjectId, SnapshotObject>
  /** Path in the snapshot to the file on the sender. */
  readonly sources: ReadonlyMap<string, string>
  /** Path in the snapshot to the module as scanned; undefined for one that cannot be parsed. */
  readonly modules: ReadonlyMap<string, ModuleText | undefined>
}

export class Assembly {
  readonly #root: string
  readonly #disk: Disk
  readonly #scanner: Scanner
  readonly #entries = new Map<string, FileEntry>()
  readonly #objects = new Map<ObjectId, SnapshotObject>()
  readonly #sources = new Map<string, string>()
  readonly #modules = new Map<string, ModuleText | undefined>()
  readonly #compilers = new Set<Compiler>()
  readonly #types = new PackageTypes()

  constructor(root: string, disk: Disk, scanner: Scanner) {
    this.#root = root
    this.#disk = disk
    this.#scanner = scanner
  }

  /** @throws ModulePickleError ERR_SNAPSHOT_TOO_LARGE, ERR_SNAPSHOT_PATH */
  assemble(reached: Reached, rules: IgnoreRules, limitBytes: number): Assembled {
    const { files, links } = this.#list(reached, rules)
    this.#checkSize(files, limitBytes)
    const isJson = (file: string): boolean => path.basename(file) === 'package.json'
    for (const file of files) if (!isJson(file)) this.#addUnlessVanished(file, reached)
    // Last, because what they say depends on the modules that they are about.
    for (const file of files) if (isJson(file)) this.#addUnlessVanished(file, reached)
    for (const [link, target] of links) this.#addLink(posixRelative(this.#root, link), target)
    for (const [place, directory] of reached.localLinks) {
      this.#addLink(place, path.posix.relative(path.posix.dirname(place), posixRelative(this.#root, directory)))
    }
    this.#addBlob(descriptionPath, '100644', this.#describe(reached))
    const { id, trees } = buildTrees(this.#entries.values())
    for (const tree of trees) this.#objects.set(tree.id, tree)
    return { id, objects: this.#objects, sources: this.#sources, modules: this.#modules }
  }

  #list(reached: Reached, rules: IgnoreRules): { files: Set<string>; links: Map<string, string> } {
    const files = new Set(reached.files)
    const links = new Map<string, string>()
    for (const directory of reached.packages) {
      const listed = listPackage(this.#root, directory, this.#disk, rules)
      for (const file of listed.files) files.add(file)
      for (const [link, target] of listed.links) links.set(link, target)
    }
    const owners = new Set([...files].map(file => path.dirname(file)))
    for (const directory of owners) {
      for (const json of packageJsonsAbove(this.#root, directory)) if (this.#disk.isFile(json)) files.add(json)
    }
    return { files: new Set([...files].sort()), links }
  }

  /** Editors and builds make files that are gone a moment later; only one that code reaches is missed. */
  #addUnlessVanished(file: string, reached: Reached): void {
    try {
      this.#addFile(file)
    } catch (error) {
      if (!isVanished(error) || reached.files.has(file)) throw error
    }
  }

  #addFile(file: string): void {
    const relative = posixRelative(this.#root, file)
    const mode = this.#disk.modeOf(file)
    const { source, module } = this.#scanner.scan(file)
    if (isCompiled(relative)) this.#addBlob(sourcePath(relative), mode, source.content, source.id, file)
    if (module) {
      const shipped = this.#scanner.shipped(file, module)
      if (module.compiler) this.#compilers.add(module.compiler)
      this.#modules.set(outputPath(relative), module)
      this.#types.noteModule(file, module)
      this.#addBlob(outputPath(relative), mode, shipped.content, shipped.id, file)
    } else if (path.basename(file) === 'package.json') {
      const text = shippedPackageText(source.content, this.#types.isModule(path.dirname(file)))
      this.#addBlob(relative, mode, text, undefined, file)
    } else if (!isCompiled(relative)) {
      this.#types.noteOther(file, source.content)
      this.#addBlob(relative, mode, source.content, source.id, file)
    }
  }

  #addLink(place: string, target: string): void {
    this.#addBlob(place, '120000', Buffer.from(target))
  }

  #addBlob(place: string, mode: FileEntry['mode'], content: Buffer, knownId?: ObjectId, file?: string): void {
    const previous = this.#entries.has(place) ? this.#sources.get(place) : undefined
    if (previous !== undefined && file !== undefined) throw this.#claimedTwice(previous, file, place)
    const id = knownId ?? objectId('blob', content)
    this.#entries.set(place, { path: place, mode, id })
    this.#objects.set(id, { id, kind: 'blob', sizeBytes: content.byteLength, read: () => content })
    if (file !== undefined) this.#sources.set(place, file)
  }

  #checkSize(files: Iterable<string>, limitBytes: number): void {
    const sizes = [...files].map(file => ({ file, sizeBytes: this.#disk.sizeBytes(file) }))
    const total = sizes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    if (total <= limitBytes) return
    const largest = sizes.sort((a, b) => b.sizeBytes - a.sizeBytes).slice(0, 5)
    const lines = largest.map(({ file, sizeBytes }) => `  ${formatSize(sizeBytes)}  ${posixRelative(this.#root, file)}`)
    throw new ModulePickleError(
      'ERR_SNAPSHOT_TOO_LARGE',
      `The packages that would ship from ${this.#root} hold ${formatSize(total)}, over the limit of ${formatSize(limitBytes)}. The largest files:\n${lines.join('\n')}\nIgnore what the code does not need in .gitignore or in "modulepickle": { "exclude": […] } of package.json.`,
    )
  }

  #claimedTwice(a: string, b: string, place: string): ModulePickleError {
    const [first, second] = [a, b].map(file => posixRelative(this.#root, file)).sort()
    return new ModulePickleError(
      'ERR_SNAPSHOT_PATH',
      `${first} and ${second} would both ship as ${place}. Remove the built file, or name one of them in "modulepickle": { "exclude": […] } of package.json.`,
    )
  }

  #describe(reached: Reached): Buffer {
    const packages: Record<string, string[]> = {}
    for (const { name, version } of [...reached.needs.values()].sort(byKey)) (packages[name] ??= []).push(version)
    const compilers = [...this.#compilers].map(compiler => [compiler, compilerVersion(compiler)] as const)
    return Buffer.from(
      encodeDescription({
        format: snapshotFormat,
        compile: compilers.length === 0 ? {} : { target: compileTarget, ...Object.fromEntries(compilers) },
        conditions: customConditions(),
        packages,
        links: Object.fromEntries(reached.packageLinks),
      }),
    )
  }
}

type Need = Parameters<typeof packageKey>[0]

function byKey(a: Need, b: Need): number {
  return packageKey(a) < packageKey(b) ? -1 : 1
}

/** Node reads `type`, `exports` and `imports` from them, up to the root. */
function* packageJsonsAbove(root: string, owner: string): Generator<string> {
  for (const directory of ancestors(owner)) {
    yield path.join(directory, 'package.json')
    if (directory === root) return
  }
}

function formatSize(sizeBytes: number): string {
  return sizeBytes < 100_000 ? `${sizeBytes} bytes` : `${(sizeBytes / 1e6).toFixed(1)} MB`
}
