/**
 * The sender's side of a snapshot: given modules, the state of every local package that they reach, at this moment.
 *
 * Reads the disk and writes nothing. One instance serves a process and keeps what it has read: packing again when nothing
 * has changed costs one stat a file.
 */
import { existsSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { isInNodeModules, type InstalledFile } from '../../cloudpickle/source/installed-package.ts'
import { ModulePickleError } from '../../errors.ts'
import type { ObjectId, PackageNeed, Snapshot, SnapshotObject } from '../objects/snapshot.ts'
import { Assembly, type Assembled } from './assemble.ts'
import type { DeferredImport } from '../../cloudpickle/source/resolve.ts'
import { Disk, isVanished, type SourceFile, type Watch } from './disk.ts'
import { ModuleGraph, type Reached } from './graph.ts'
import { IgnoreRules } from './ignore-rules.ts'
import { findInstalled } from './installed.ts'
import { outputPath } from './output-path.ts'
import { findRoot, isWithin, posixRelative } from './project.ts'
import { Scanner, type ModuleTexts } from './scanner.ts'

/** A file of a project. `path` is relative to `root`, with `/`. */
interface LocalFile {
  readonly root: string
  readonly path: string
}

export interface PackedSnapshot extends Snapshot {
  readonly root: string
  /** `name@version` of each needed package to the directory where it is installed here. */
  readonly packageDirectories: ReadonlyMap<string, string>
  /** The path in the snapshot of what a source file became (`.ts` to `.js`), with `/`. */
  pathOf(sourceFile: string): string
  /** Has the module at `path` that export, or with `#` in front that top-level binding? True where it cannot be known. */
  hasBinding(path: string, name: string): boolean
  /** The file on this machine that `path` in the snapshot was made from; also for kept sources. */
  sourceOf(path: string): string | undefined
}

interface WorkingDirectoryOptions {
  /** How many bytes of files one snapshot may hold. */
  readonly limitBytes?: number
}

interface Packed {
  readonly snapshot: PackedSnapshot
  readonly watch: Watch | undefined
}

const defaultLimitBytes = 100 * 1024 * 1024
const maximumKept = 32
const maximumAttempts = 3

export class WorkingDirectory {
  readonly #limitBytes: number
  readonly #disk = new Disk()
  readonly #texts: ModuleTexts = new WeakMap<SourceFile, never>()
  readonly #packed = new Map<string, Packed>()

  constructor(options: WorkingDirectoryOptions = {}) {
    this.#limitBytes = options.limitBytes ?? defaultLimitBytes
  }

  /** The project that owns `file`; undefined when it is installed, or in no project at all. */
  locate(file: string): LocalFile | undefined {
    const real = realFile(file)
    if (real === undefined || isInNodeModules(real) || this.installed(real)) return undefined
    const root = findRoot(real)
    return root === undefined ? undefined : { root, path: posixRelative(root, real) }
  }

  /** The installed package that `file` is part of; undefined when it is local, or in no package. */
  installed(file: string): InstalledFile | undefined {
    const real = realFile(file)
    return real === undefined ? undefined : findInstalled(real, startingPoints())
  }

  /**
   * The snapshot of every local package that `modules`, source files of the project at `root`, reach, and functions of its
   * files by `deferred` imports of their own.
   * The same object is returned as long as nothing has changed.
   * @throws ModulePickleError ERR_MODULE_OUTSIDE_ROOT, ERR_MODULE_NOT_FOUND, ERR_MODULE_UNREADABLE, ERR_SECRET_REACHED,
   *   ERR_SNAPSHOT_TOO_LARGE, ERR_SNAPSHOT_PATH
   */
  pack(root: string, modules: Iterable<string>, deferred: readonly DeferredImport[] = []): PackedSnapshot {
    const realRoot = realpathSync(root)
    const files = [...modules].map(file => realModule(realRoot, file)).sort()
    const requests = deferred.map(request => ({ ...request, file: realFile(request.file) ?? request.file }))
    const key = JSON.stringify([realRoot, files, requests])
    const known = this.#packed.get(key)
    if (known?.watch && this.#disk.isUnchanged(known.watch)) return known.snapshot
    const fresh = this.#packSettled(realRoot, files, requests)
    const snapshot = known?.snapshot.id === fresh.id ? known.snapshot : fresh
    this.#keep(key, { snapshot, watch: this.#disk.watched() })
    return snapshot
  }

  /** The most recent ones; whoever still uses an older snapshot holds it. */
  #keep(key: string, packed: Packed): void {
    this.#packed.delete(key)
    this.#packed.set(key, packed)
    const [oldest] = this.#packed.keys()
    if (this.#packed.size > maximumKept && oldest !== undefined) this.#packed.delete(oldest)
  }

  /** What was found and then removed, such as a directory that a build replaces: then look again. */
  #packSettled(root: string, files: readonly string[], deferred: readonly DeferredImport[]): PackedSnapshot {
    for (let attempt = 1; ; attempt++) {
      try {
        return this.#packNow(root, files, deferred)
      } catch (error) {
        if (!isVanished(error) || attempt === maximumAttempts) throw error
      }
    }
  }

  #packNow(root: string, files: readonly string[], deferred: readonly DeferredImport[]): PackedSnapshot {
    this.#disk.startPass()
    const scanner = new Scanner(root, this.#disk, this.#texts)
    const reached = new ModuleGraph(root, this.#disk, scanner).follow(files, deferred)
    const rules = new IgnoreRules(this.#disk)
    const assembled = new Assembly(root, this.#disk, scanner).assemble(reached, rules, this.#limitBytes)
    return new ProjectSnapshot(root, assembled, reached)
  }
}

class ProjectSnapshot implements PackedSnapshot {
  readonly root: string
  readonly packageDirectories: ReadonlyMap<string, string>
  readonly packages: readonly PackageNeed[]
  readonly #assembled: Assembled

  constructor(root: string, assembled: Assembled, reached: Reached) {
    this.root = root
    this.#assembled = assembled
    this.packages = [...reached.needs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, need]) => need)
    this.packageDirectories = reached.packageDirectories
  }

  get id(): ObjectId {
    return this.#assembled.id
  }

  get objects(): ReadonlyMap<ObjectId, SnapshotObject> {
    return this.#assembled.objects
  }

  pathOf(sourceFile: string): string {
    return outputPath(posixRelative(this.root, realFile(sourceFile) ?? sourceFile))
  }

  hasBinding(path: string, name: string): boolean {
    const { modules, sources } = this.#assembled
    if (!modules.has(path)) return sources.has(path)
    const module = modules.get(path)
    if (module === undefined) return true
    if (name.startsWith('#')) return module.declarations.has(name.slice(1))
    return module.exportNames === undefined || module.exportNames.has(name)
  }

  sourceOf(path: string): string | undefined {
    return this.#assembled.sources.get(path)
  }
}

function realFile(file: string): string | undefined {
  return existsSync(file) ? realpathSync(file) : undefined
}

function realModule(root: string, file: string): string {
  const real = realFile(file)
  if (real === undefined) {
    throw new ModulePickleError(
      'ERR_MODULE_UNREADABLE',
      `${file} is not there any more. Restart the program that loaded it.`,
    )
  }
  if (isWithin(real, root) && !isInNodeModules(path.relative(root, real))) return real
  throw new ModulePickleError(
    'ERR_MODULE_OUTSIDE_ROOT',
    `${real} is neither part of the project ${root} nor an installed package. Put a package.json above both, or move it.`,
  )
}

/** Files of the projects that run: the working directory's and the main script's. */
function startingPoints(): string[] {
  const script = process.argv[1] === undefined ? undefined : realFile(process.argv[1])
  return [path.join(process.cwd(), 'package.json'), ...(script === undefined ? [] : [script])]
}

let shared: WorkingDirectory | undefined

/** The one that serves this process: what one dump has read, the next need not. */
export function workingDirectory(): WorkingDirectory {
  return (shared ??= new WorkingDirectory())
}
