/**
 * The sender's side of a snapshot: given modules, the state of every local package that they reach, at this moment.
 *
 * Reads the disk and writes only what it has compiled, to its cache. One instance serves a process and keeps what it has read: packing again when nothing
 * has changed costs one stat a file.
 */
import { realpathSync } from 'node:fs'
import path from 'node:path'
import { isInNodeModules, type InstalledFile } from '../../cloudpickle/source/installed-package.ts'
import type { DeferredImport } from '../../cloudpickle/source/resolve.ts'
import { ModulePickleError } from '../../errors.ts'
import { CompileCache } from './compile-cache.ts'
import { byPlace } from '../packages/by-place.ts'
import type { PackageNaming } from '../packages/installed-packages.ts'
import { FreshnessCheck, type Freshness } from './freshness.ts'
import { findInstalled } from './installed.ts'
import { findRoot, isWithin, posixRelative } from './project.ts'
import { ProjectPacker } from './project-packer.ts'
import type { PackedSnapshot } from './project-snapshot.ts'
import { realFile } from './real-file.ts'

export type { PackedSnapshot } from './project-snapshot.ts'
export type { Freshness } from './freshness.ts'

/** A file of a project. `path` is relative to `root`, with `/`. */
interface LocalFile {
  readonly root: string
  readonly path: string
}

interface WorkingDirectoryOptions {
  /** How many bytes of files one snapshot may hold. */
  readonly limitBytes?: number
  /** When the disk is looked at again; by default for each snapshot. */
  readonly fresh?: Freshness | 'always'
  /** Where what was compiled is kept for other processes; by default it is not. */
  readonly compiled?: CompileCache | undefined
  /** What this one has read need not be read again. */
  readonly shared?: WorkingDirectory
}

const defaultLimitBytes = 100 * 1024 * 1024
const maximumProjects = 32

export class WorkingDirectory {
  readonly #limitBytes: number
  readonly #compiled: CompileCache | undefined
  readonly #freshness: FreshnessCheck
  readonly #projects: Map<string, ProjectPacker>

  constructor({ limitBytes = defaultLimitBytes, fresh = 'always', compiled, shared }: WorkingDirectoryOptions = {}) {
    this.#limitBytes = limitBytes
    this.#compiled = compiled
    this.#freshness = new FreshnessCheck(fresh)
    this.#projects = shared ? shared.#projects : new Map()
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
   * files by `deferred` imports of their own. Installed packages are named by `naming`.
   * The same object is returned as long as nothing has changed.
   * @throws ModulePickleError ERR_MODULE_OUTSIDE_ROOT, ERR_MODULE_NOT_FOUND, ERR_MODULE_UNREADABLE, ERR_SECRET_REACHED,
   *   ERR_SNAPSHOT_TOO_LARGE, ERR_SNAPSHOT_PATH
   */
  pack(
    root: string,
    modules: Iterable<string>,
    deferred: readonly DeferredImport[] = [],
    naming: PackageNaming = byPlace,
  ): PackedSnapshot {
    const realRoot = realpathSync.native(root)
    const files = [...modules].map(file => realModule(realRoot, file)).sort()
    const requests = deferred.map(request => ({ ...request, file: realFile(request.file) ?? request.file }))
    const project = this.#project(realRoot)
    if (this.#freshness.isDue(realRoot)) project.refresh()
    return project.pack(files, requests, naming)
  }

  /** One that looks at the disk as `fresh` says. It shares what has been read, except where it must not see what others see. */
  withFreshness(fresh: Freshness): WorkingDirectory {
    const options = { limitBytes: this.#limitBytes, compiled: this.#compiled, fresh }
    return new WorkingDirectory(fresh === 'once' ? options : { ...options, shared: this })
  }

  /** The most recent ones. */
  #project(root: string): ProjectPacker {
    const project = this.#projects.get(root) ?? new ProjectPacker(root, this.#limitBytes, this.#compiled)
    this.#projects.delete(root)
    this.#projects.set(root, project)
    const [oldest] = this.#projects.keys()
    if (this.#projects.size > maximumProjects && oldest !== undefined) this.#projects.delete(oldest)
    return project
  }
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

let own: WorkingDirectory | undefined

/** The one that serves this process: what one dump has read, the next need not. With `fresh`, one for a series of calls. */
export function workingDirectory(fresh?: Freshness): WorkingDirectory {
  own ??= new WorkingDirectory({ compiled: new CompileCache() })
  return fresh === undefined ? own : own.withFreshness(fresh)
}
