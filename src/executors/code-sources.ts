/**
 * Where the code of calls comes from, and of which moment it is.
 *
 * A call has the code of its own moment, which all calls of one synchronous turn may share; a function that is defined for many
 * calls has that of the moment when it is defined, and what those calls are given has the same.
 */
import type { DeferredImport } from '../cloudpickle/index.ts'
import type { InstalledFile } from '../cloudpickle/source/installed-package.ts'
import type { ModuleSource, PackedModules } from '../modulepickle.ts'
import { WithReceived } from '../received.ts'
import type { PackageNaming } from '../snapshot/packages/installed-packages.ts'
import { workingDirectory, type Freshness } from '../snapshot/pack/working-directory.ts'
import { checkChoice, checkFreshness } from './options.ts'

export interface CodeSources {
  readonly calls: ModuleSource
  readonly definitions: ModuleSource
  /** Where workers find installed packages: at their places on this machine, or they ask for what they lack. */
  readonly packages: 'place' | 'supply'
  /** What happens where code has changed since this process loaded it. */
  readonly changed: 'warn' | 'refuse'
}

/** What all executors can be told of the code of their calls. */
export interface CodeOptions {
  /** When the code on the disk is looked at again: at each call (`call`, the default), never, or when that many ms have passed. */
  readonly fresh?: Freshness
  /**
   * Where a function travels by value and its file, or a module that it names, has changed since it was loaded: `warn` says so by a
   * process warning (the default), `refuse` throws, so that the call is not made.
   */
  readonly changed?: 'warn' | 'refuse'
}

export const codeOptionNames = ['fresh', 'changed'] as const

/** @throws RangeError for options that mean nothing */
export function codeSources(
  { fresh = 'call', changed = 'warn' }: CodeOptions,
  packages: CodeSources['packages'] = 'place',
): CodeSources {
  checkFreshness(fresh)
  checkChoice('changed', changed, ['warn', 'refuse'])
  const calls = new WithReceived(workingDirectory(fresh))
  return { calls, definitions: fresh === 'call' ? new WithReceived(workingDirectory()) : calls, packages, changed }
}

/** Modules come from snapshots that were taken before, where these hold them, and nothing is looked at again. */
export class PinnedSource implements ModuleSource {
  readonly #snapshots: readonly PackedModules[]
  readonly #others: ModuleSource

  constructor(snapshots: readonly PackedModules[], others: ModuleSource) {
    this.#snapshots = snapshots
    this.#others = others
  }

  locate(file: string): { readonly root: string; readonly path: string } | undefined {
    return this.#others.locate(file)
  }

  installed(file: string): InstalledFile | undefined {
    return this.#others.installed(file)
  }

  pack(
    root: string,
    modules: Iterable<string>,
    deferred: readonly DeferredImport[],
    naming: PackageNaming,
  ): PackedModules {
    const files = [...modules]
    const pinned = this.#snapshots.find(snapshot => snapshot.root === root)
    const isWhole = deferred.length === 0 && files.every(file => pinned?.reaches(file))
    return pinned && isWhole ? pinned : this.#others.pack(root, files, deferred, naming)
  }
}
