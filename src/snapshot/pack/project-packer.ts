/**
 * Packs one project again and again: what has not changed since the last time is not read, compiled, resolved or hashed again.
 *
 * Input: modules, and imports that functions will make. Output: the snapshot of what they reach. A change of contents costs the
 * changed files and the trees above them; a change of structure a pass over everything, with all texts known already.
 */
import path from 'node:path'
import type { DeferredImport } from '../../cloudpickle/source/resolve.ts'
import type { CompileCache } from './compile-cache.ts'
import type { PackageNaming } from '../packages/installed-packages.ts'
import { Assembly, type Assembled } from './assemble.ts'
import { Disk, isVanished, type SourceFile } from './disk.ts'
import { ModuleGraph, type Reached } from './graph.ts'
import { IgnoreRules } from './ignore-rules.ts'
import { ProjectSnapshot } from './project-snapshot.ts'
import { RestlessFiles } from './restless-files.ts'
import { Scanner, type ModuleTexts } from './scanner.ts'
import { warnOfStaleBuilds } from './stale-builds.ts'

interface Packed {
  readonly assembly: Assembly
  readonly snapshot: ProjectSnapshot
  /** Files whose contents have changed since; undefined when more than that has. */
  changed: Set<string> | undefined
  /** Whether the installed packages have been looked at since the last refresh. */
  isChecked: boolean
  readonly restless: RestlessFiles
}

type Fresh = Pick<Packed, 'assembly' | 'snapshot'>

const maximumKept = 32
const maximumAttempts = 3

export class ProjectPacker {
  readonly #root: string
  readonly #limitBytes: number
  readonly #disk = new Disk()
  readonly #texts: ModuleTexts = new WeakMap<SourceFile, never>()
  readonly #packed = new Map<string, Packed>()
  readonly #compiled: CompileCache | undefined
  #scanner: Scanner

  constructor(root: string, limitBytes: number, compiled?: CompileCache) {
    this.#root = root
    this.#limitBytes = limitBytes
    this.#compiled = compiled
    this.#scanner = this.#newScanner()
  }

  /** Looks at the disk: from now on `pack` gives what is there now. */
  refresh(): void {
    for (const packed of this.#packed.values()) packed.isChecked = false
    const changes = this.#disk.refresh()
    if (changes === 'structure') return this.#forget()
    for (const file of changes) this.#scanner.forget(file)
    for (const { changed } of this.#packed.values()) for (const file of changes) changed?.add(file)
  }

  /**
   * The snapshot of what `files`, real paths below the root in order, reach, with installed packages named by `naming`. The same
   * object as long as nothing has changed.
   */
  pack(files: readonly string[], deferred: readonly DeferredImport[], naming: PackageNaming): ProjectSnapshot {
    const key = JSON.stringify([files, deferred, naming.kind])
    const known = this.#packed.get(key)
    if (known && !known.isChecked) checkPackages(known, naming)
    if (known?.changed?.size === 0) {
      known.restless.unchanged()
      return known.snapshot
    }
    const changed = known?.changed
    const { assembly, snapshot } = this.#update(known) ?? this.#packSettled(files, deferred, naming)
    const isSame = known?.snapshot.id === snapshot.id && known.snapshot.installed === snapshot.installed
    const kept = isSame ? known.snapshot : snapshot
    const restless = known?.restless ?? new RestlessFiles()
    if (known && !isSame) {
      const paths = assembly === known.assembly ? assembly.pathsOf(changed ?? []) : assembly.differences(known.assembly)
      restless.changed(this.#root, paths, place => assembly.reached.files.has(path.join(this.#root, place)))
    }
    this.#keep(key, { assembly, snapshot: kept, changed: new Set(), isChecked: true, restless })
    return kept
  }

  /** undefined where everything has to be looked at again. */
  #update(known: Packed | undefined): Fresh | undefined {
    const changed = known?.changed
    if (!known || !changed) return undefined
    // Until it has succeeded, what is known is neither the old state nor the new one.
    known.changed = undefined
    const { assembly } = known
    const assembled = assembly.update(changed)
    return assembled && { assembly, snapshot: this.#snapshot(assembly, assembled) }
  }

  /** What was found and then removed, such as a directory that a build replaces: then look again. */
  #packSettled(files: readonly string[], deferred: readonly DeferredImport[], naming: PackageNaming): Fresh {
    for (let attempt = 1; ; attempt++) {
      try {
        return this.#packNow(files, deferred, naming)
      } catch (error) {
        if (!isVanished(error) || attempt === maximumAttempts) throw error
        this.#disk.forget()
        this.#forget()
      }
    }
  }

  #packNow(files: readonly string[], deferred: readonly DeferredImport[], naming: PackageNaming): Fresh {
    // What is only linked costs nothing; elsewhere a name that nobody imports would have to be shipped, or be missed.
    const takesDeclared = naming.kind === 'place'
    const reached = new ModuleGraph(this.#root, this.#disk, this.#scanner, takesDeclared).follow(files, deferred)
    const packages = naming.describe(directoriesOf(reached))
    const contents = { reached, packages, rules: new IgnoreRules(this.#root, this.#disk), limitBytes: this.#limitBytes }
    const assembly = new Assembly(this.#root, this.#disk, this.#scanner, contents)
    return { assembly, snapshot: this.#snapshot(assembly, assembly.assemble()) }
  }

  #snapshot(assembly: Assembly, assembled: Assembled): ProjectSnapshot {
    const { reached, packages, rules } = assembly
    warnOfStaleBuilds(this.#root, reached, this.#disk, rules)
    return new ProjectSnapshot(this.#root, assembled, reached, packages, assembly)
  }

  #forget(): void {
    this.#scanner = this.#newScanner()
    for (const packed of this.#packed.values()) packed.changed = undefined
  }

  #newScanner(): Scanner {
    return new Scanner(this.#root, this.#disk, this.#texts, this.#compiled)
  }

  /** The most recent ones; whoever still uses an older snapshot holds it. */
  #keep(key: string, packed: Packed): void {
    this.#packed.delete(key)
    this.#packed.set(key, packed)
    const [oldest] = this.#packed.keys()
    if (this.#packed.size > maximumKept && oldest !== undefined) this.#packed.delete(oldest)
  }
}

function checkPackages(known: Packed, naming: PackageNaming): void {
  const { reached, packages } = known.assembly
  if (naming.describe(directoriesOf(reached)) !== packages) known.changed = undefined
  known.isChecked = true
}

/** Of the installed packages that are reached. */
function directoriesOf({ packageLinks }: Reached): string[] {
  return [...new Set(packageLinks.values())]
}
