/**
 * What one pickle takes along: the local packages whose modules it refers to, and the installed ones it names.
 *
 * Collects while the body is written; packs once the body is complete, because a snapshot's id depends on everything that
 * is reached. Where the code comes from is given by a ModuleSource: the working directory on a sender, what has been
 * materialized on a worker.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { DeferredImport } from './cloudpickle/index.ts'
import type { Manifest } from './cloudpickle/manifest.ts'
import { isInNodeModules, packageIdentity, type InstalledFile } from './cloudpickle/source/installed-package.ts'
import { ancestors } from './cloudpickle/source/package-json.ts'
import { traceSync, type StageDetails } from './diagnostics/channels.ts'
import { ModulePickleError } from './errors.ts'
import { reportChanged } from './loaded-code.ts'
import { Late } from './pickle/index.ts'
import { byContent, byWhole, byWholeNow, installedPackagesOfSender } from './snapshot/materialize/installed-here.ts'
import { archivesOf } from './snapshot/objects/archives.ts'
import type { ObjectId, Snapshot, SnapshotObject } from './snapshot/objects/snapshot.ts'
import { byPlace } from './snapshot/packages/by-place.ts'
import type { DescribedPackages, PackageNaming } from './snapshot/packages/installed-packages.ts'
import { packageObjects } from './snapshot/packages/package-objects.ts'

/**
 * What becomes of installed packages. `place`: the other end uses this machine's directories. `reference`: it has to have the
 * same ones, down to their content. `include`: they are taken along. `supply`: they can be asked for.
 */
export type PackagesMode = 'place' | 'reference' | 'include' | 'supply'

/** Where the code of local modules comes from. */
export interface ModuleSource {
  /** The project that a local file belongs to; undefined for a file that is not local. `path` is relative, with `/`. */
  locate(file: string): { readonly root: string; readonly path: string } | undefined
  /** The installed package that a file belongs to. */
  installed(file: string): InstalledFile | undefined
  /** The state of every local package that the modules reach, with installed packages named by `naming`. */
  pack(
    root: string,
    modules: Iterable<string>,
    deferred: readonly DeferredImport[],
    naming: PackageNaming,
  ): PackedModules
}

export interface PackedModules extends Snapshot {
  readonly root: string
  /** The path inside the snapshot of the module that a source file became. */
  pathOf(file: string): string
  hasBinding(path: string, name: string): boolean
  /** Whether it has the file, and what that imports. */
  reaches(file: string): boolean
  /** The source file of a path inside the snapshot. */
  sourceOf(path: string): string | undefined
  /** The text of that file as it was packed, for a module that was packed from a working directory. */
  textOf?(path: string): string | undefined
  /** Where each needed package is installed here, by label. */
  readonly packageDirectories: ReadonlyMap<string, string>
  /** These packages, and those that they resolve to where their content counts. */
  readonly installed: DescribedPackages
}

/** What came to light while a value was pickled; for whoever transports the pickle. */
export interface Packed {
  readonly snapshots: readonly PackedModules[]
  /** Where each installed package that the other end needs is here, by label. */
  readonly packageDirectories: ReadonlyMap<string, string>
  /** What became of installed packages. */
  readonly mode: PackagesMode
  /** All installed packages whose content counts. */
  readonly installed: readonly DescribedPackages[]
  /** The file here behind each name that stack traces on the other end show for code which travels by value. */
  readonly sources: ReadonlyMap<string, string>
}

const namings: Readonly<Record<PackagesMode, PackageNaming>> = {
  place: byPlace,
  reference: byContent,
  include: byWholeNow,
  supply: byWhole,
}

/** What a loaded file is called does not change while the process runs. */
const sourceNames = new WeakMap<ModuleSource, Map<string, string>>()

export class Shipment implements Packed {
  readonly packageDirectories = new Map<string, string>()
  readonly sources = new Map<string, string>()
  readonly #source: ModuleSource
  readonly mode: PackagesMode
  readonly #changed: 'warn' | 'refuse'
  /** Local modules that the other end imports. */
  readonly #reached = new Set<string>()
  /** Directories of installed packages that the pickle itself names. */
  readonly #named = new Set<string>()
  /** Files to pack, by project root. */
  readonly #files = new Map<string, Set<string>>()
  readonly #deferred = new Map<string, DeferredImport[]>()
  readonly #bindings = new Map<string, Set<string>>()
  #packed: Map<string, PackedModules> | undefined
  #describedNamed: DescribedPackages | undefined

  constructor(source: ModuleSource, mode: PackagesMode, changed: 'warn' | 'refuse') {
    this.#source = source
    this.mode = mode
    this.#changed = changed
  }

  get snapshots(): readonly PackedModules[] {
    return [...this.#pack().values()]
  }

  get installed(): readonly DescribedPackages[] {
    return [this.#describeNamed(), ...this.snapshots.map(({ installed }) => installed)]
  }

  /**
   * The name of a module file on the other end. Its package ships; what it imports ships only once it is `reached`.
   * @throws ModulePickleError ERR_MODULE_OUTSIDE_ROOT
   */
  nameOf(file: string): string | Late {
    const local = this.#source.locate(file)
    if (local) {
      this.#filesOf(local.root).add(packageFile(file))
      return new Late(() => this.#snapshotName(local.root, file))
    }
    const installed = this.#source.installed(file)
    if (!installed && !existsSync(file)) {
      throw new ModulePickleError(
        'ERR_MODULE_UNREADABLE',
        `${file} is not there any more. Restart the program that loaded it.`,
      )
    }
    if (!installed) {
      throw new ModulePickleError(
        'ERR_MODULE_OUTSIDE_ROOT',
        `${file} belongs to no package: there is no package.json above it. Add one to the directory that is your project's root.`,
      )
    }
    if (installed.name === 'modulepickle') return runtimeSpecifier(installed.file)
    this.#named.add(installed.directory)
    return new Late(() => `npm:${this.#describeNamed().labels.get(installed.directory)!}/${installed.file}`)
  }

  /** The other end will import `file`. */
  reached(file: string): void {
    const local = this.#source.locate(file)
    if (!local) return
    this.#filesOf(local.root).add(file)
    this.#reached.add(file)
  }

  /** A function of `file` will import something when it runs. */
  importDeferred(request: DeferredImport): void {
    const local = this.#source.locate(request.file)
    if (!local) return
    this.#filesOf(local.root).add(packageFile(request.file))
    this.#deferred.set(local.root, [...(this.#deferred.get(local.root) ?? []), request])
  }

  /** The other end will look for a top-level binding of `file`. */
  bindingUsed(file: string, name: string): void {
    const names = this.#bindings.get(file) ?? new Set()
    this.#bindings.set(file, names.add(name))
  }

  /** The name that stack traces show for code of `file` that travels by value: its path in the project. */
  sourceName(file: string): string {
    const known = sourceNames.get(this.#source) ?? new Map<string, string>()
    sourceNames.set(this.#source, known)
    const name = known.get(file) ?? this.#source.locate(file)?.path ?? path.basename(file)
    known.set(file, name)
    this.sources.set(name, file)
    return name
  }

  /** The manifest of a pickle that names `modules`; with `selfContained`, the snapshots are inside it. */
  manifest(manifest: Manifest, selfContained: boolean): Manifest {
    this.#checkBindings()
    if (this.sources.size > 0) reportChanged(new Set([...this.sources.values(), ...this.#reached]), this.#changed)
    const { snapshots } = this
    const named = this.#describeNamed()
    this.#checkInstalled()
    const packages = new Map([...this.#named].map(directory => [named.labels.get(directory)!, directory]))
    for (const directories of [packages, ...snapshots.map(({ packageDirectories }) => packageDirectories)]) {
      for (const [label, directory] of directories) this.packageDirectories.set(label, directory)
    }
    const taken = selfContained ? snapshots.map(({ objects }) => objects) : []
    const included = this.mode === 'include' ? [this.#packageObjects()] : []
    const archives = [...taken, ...included].flatMap(archivesOf)
    const ids = snapshots.map(({ id }) => id)
    return { ...manifest, snapshots: ids, packages: [...packages.keys()], graph: named.graph, archives }
  }

  get #naming(): PackageNaming {
    return namings[this.mode]
  }

  #describeNamed(): DescribedPackages {
    return (this.#describedNamed ??= this.#naming.describe([...this.#named]))
  }

  #packageObjects(): Map<ObjectId, SnapshotObject> {
    const { contents } = installedPackagesOfSender()
    const objects = new Map<ObjectId, SnapshotObject>()
    for (const packages of this.installed)
      for (const object of packageObjects(packages, contents)) objects.set(object.id, object)
    return objects
  }

  #filesOf(root: string): Set<string> {
    const files = this.#files.get(root) ?? new Set()
    this.#files.set(root, files)
    return files
  }

  #packRoot(root: string, files: ReadonlySet<string>): PackedModules {
    const pack = (): PackedModules => this.#source.pack(root, files, this.#deferred.get(root) ?? [], this.#naming)
    const details = (): StageDetails['pack'] => ({ root, modules: files.size })
    return traceSync('pack', pack, { details, ended: ({ id }) => ({ snapshotId: id }) })
  }

  #pack(): Map<string, PackedModules> {
    this.#packed ??= new Map([...this.#files].map(([root, files]) => [root, this.#packRoot(root, files)]))
    return this.#packed
  }

  /** By its place in the manifest: an id would be longer than most of what a pickle of a function holds besides. */
  #snapshotName(root: string, file: string): string {
    const packed = this.#pack()
    return `snapshot:${[...packed.keys()].indexOf(root)}/${packed.get(root)!.pathOf(file)}`
  }

  /** An installed package imports from where it lies: of a local package, what is there, and not what is in a snapshot. */
  #checkInstalled(): void {
    for (const [directory, user] of this.installed.flatMap(({ users }) => [...users])) {
      const local = isInNodeModules(directory) ? undefined : this.#source.locate(path.join(directory, 'package.json'))
      if (!local || !this.#files.has(local.root)) continue
      const [using, used] = [user, directory].map(each => packageIdentity(each).name)
      throw new ModulePickleError(
        'ERR_PACKAGE_LOCAL',
        `${using}, installed in ${user}, depends on ${used}, which is a local package of ${local.root}. ` +
          `Elsewhere it would have another instance of ${used} than your code, or an older one. ` +
          `Make ${using} a package of the workspace, or install ${used} as it is published.`,
      )
    }
  }

  /** What runs may be older than what ships: each name that the pickle uses must still be there. */
  #checkBindings(): void {
    for (const [file, names] of this.#bindings) {
      const root = this.#source.locate(file)?.root
      const snapshot = root === undefined ? undefined : this.#pack().get(root)
      for (const name of names) {
        const [binding] = name.split('.', 1)
        if (!snapshot || name === 'module.exports' || snapshot.hasBinding(snapshot.pathOf(file), binding!)) continue
        throw new ModulePickleError(
          'ERR_BINDING_MISSING',
          `${file} no longer has ${describeBinding(binding!)} that the running program uses: the file was changed after it was loaded. ` +
            'Restart the program, or put the name back.',
        )
      }
    }
  }
}

function describeBinding(name: string): string {
  return name.startsWith('#') ? `the top-level binding \`${name.slice(1)}\`` : `the export \`${name}\``
}

/** The package.json of the package that `file` is in; reaching it ships the package and nothing that its modules import. */
function packageFile(file: string): string {
  for (const directory of ancestors(path.dirname(file))) {
    const candidate = path.join(directory, 'package.json')
    if (existsSync(candidate)) return candidate
  }
  return file
}

/** This package is never shipped: the other end has its own, and a name of it is found in the same entry there. */
function runtimeSpecifier(file: string): string {
  const [, layer] = /^dist\/(pickle|cloudpickle)\//.exec(file) ?? []
  return layer === undefined ? 'modulepickle' : `modulepickle/${layer}`
}
