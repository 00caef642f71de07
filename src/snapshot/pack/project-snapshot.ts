/**
 * A snapshot as the packer gives it: its objects, and what is known about the files here that it was made from.
 *
 * It stays as it is, whatever happens on the disk.
 */
import path from 'node:path'
import { parsePackageLabel } from '../objects/package-label.ts'
import type { ObjectId, PackageNeed, Snapshot, SnapshotObject } from '../objects/snapshot.ts'
import type { DescribedPackages } from '../packages/installed-packages.ts'
import type { Assembled } from './assemble.ts'
import type { Reached } from './graph.ts'
import { describeContents, type Reasons, type SnapshotContents } from './snapshot-contents.ts'
import { outputPath } from './output-path.ts'
import { posixRelative } from './project.ts'
import { realFile } from './real-file.ts'

export interface PackedSnapshot extends Snapshot {
  readonly root: string
  /** The label of each needed package to the directory where it is installed here. */
  readonly packageDirectories: ReadonlyMap<string, string>
  /** These packages, and those that they resolve to where their content counts. */
  readonly installed: DescribedPackages
  /** The path in the snapshot of what a source file became (`.ts` to `.js`), with `/`. */
  pathOf(sourceFile: string): string
  /** Has the module at `path` that export, or with `#` in front that top-level binding? True where it cannot be known. */
  hasBinding(path: string, name: string): boolean
  /** What the module at `path` exports; undefined where that cannot be known. */
  exportNamesOf(path: string): ReadonlySet<string> | undefined
  /** Whether it has the file, and what that imports. */
  reaches(file: string): boolean
  /** The file on this machine that `path` in the snapshot was made from; also for kept sources. */
  sourceOf(path: string): string | undefined
  /** The text of that file as it was packed; undefined for what is no module. */
  textOf(path: string): string | undefined
  /** What it holds, and why. To be asked before anything else is packed. */
  contents(): SnapshotContents
}

export class ProjectSnapshot implements PackedSnapshot {
  readonly root: string
  readonly packageDirectories: ReadonlyMap<string, string>
  readonly packages: readonly PackageNeed[]
  readonly installed: DescribedPackages
  readonly #assembled: Assembled
  readonly #reached: Reached
  readonly #reasons: Reasons

  constructor(root: string, assembled: Assembled, reached: Reached, installed: DescribedPackages, reasons: Reasons) {
    this.root = root
    this.#assembled = assembled
    this.#reached = reached
    this.#reasons = reasons
    this.installed = installed
    const directories = [...new Set(reached.packageLinks.values())]
    this.packageDirectories = new Map(directories.map(directory => [installed.labels.get(directory)!, directory]))
    this.packages = [...this.packageDirectories.keys()].sort().map(label => parsePackageLabel(label)!)
  }

  get id(): ObjectId {
    return this.#assembled.id
  }

  get objects(): ReadonlyMap<ObjectId, SnapshotObject> {
    return this.#assembled.objects
  }

  pathOf(sourceFile: string): string {
    return outputPath(posixRelative(this.root, realFile(sourceFile) ?? path.resolve(sourceFile)))
  }

  hasBinding(path: string, name: string): boolean {
    const { modules, sources } = this.#assembled
    if (!modules.has(path)) return sources.has(path)
    const module = modules.get(path)
    if (module === undefined) return true
    if (name.startsWith('#')) return module.declarations.has(name.slice(1))
    return module.exportNames === undefined || module.exportNames.has(name)
  }

  exportNamesOf(path: string): ReadonlySet<string> | undefined {
    return this.#assembled.modules.get(path)?.exportNames
  }

  reaches(file: string): boolean {
    return this.#reached.certain.has(realFile(file) ?? file)
  }

  sourceOf(path: string): string | undefined {
    return this.#assembled.sources.get(path)
  }

  textOf(path: string): string | undefined {
    return this.#assembled.texts.get(path)?.toString()
  }

  contents(): SnapshotContents {
    return describeContents(this.root, this.packageDirectories, this.#assembled, this.#reached, this.#reasons)
  }
}
