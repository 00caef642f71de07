/**
 * The modules of this process that stand in for those of snapshots, in what workers send back; and whether they are the same.
 *
 * A module is loaded once and a call has the code of its moment, so after an edit the two differ: what runs there is not what a name
 * means here. Whoever reads such an answer is told.
 */
import { ModulePickleError } from '../errors.ts'
import type { Manifest } from '../cloudpickle/index.ts'
import { isLoadedAs } from '../loaded-code.ts'
import type { PackedModules } from '../modulepickle.ts'
import type { ShippedSnapshots } from './shipped-snapshots.ts'

export class LiveModules {
  readonly #shipped: ShippedSnapshots
  readonly #reaction: 'warn' | 'refuse'
  /** Neither what is loaded nor what was packed ever changes: paths that were found the same are not looked at again. */
  readonly #same = new WeakMap<PackedModules, Set<string>>()
  /** By file, the text that a warning was about. */
  readonly #warned = new Map<string, string>()

  constructor(shipped: ShippedSnapshots, reaction: 'warn' | 'refuse') {
    this.#shipped = shipped
    this.#reaction = reaction
  }

  /**
   * Call when an answer was decoded: says so where a module that it refers to was edited after this process had loaded it.
   * @throws ModulePickleError ERR_CODE_CHANGED where that is asked for
   */
  report(manifest: Manifest): void {
    for (const [file, text] of this.#edited(manifest)) {
      const message =
        `${file} has changed since this program loaded it, and what a call gave refers to it: the call ran it as it was on the disk, ` +
        'and here its functions and classes are those that were loaded. Restart the program to have all of one state.'
      if (this.#reaction === 'refuse') throw new ModulePickleError('ERR_CODE_CHANGED', message)
      if (this.#warned.get(file) === text) continue
      this.#warned.set(file, text)
      process.emitWarning(message, { type: 'ModulePickleWarning', code: 'ERR_CODE_CHANGED' })
    }
  }

  /** `error`, for an answer that could not be decoded; with its reason where an edit is one. */
  explain(error: unknown, manifest: Manifest): unknown {
    if (!(error instanceof ModulePickleError) || error.code !== 'ERR_GLOBAL_UNKNOWN') return error
    const files = [...this.#edited(manifest)].map(([file]) => file)
    if (files.length === 0) return error
    const were = files.length === 1 ? 'was' : 'were'
    return new ModulePickleError(
      error.code,
      `${files.join(', ')} ${were} edited after this program loaded it, and what the call gave is not known to what was loaded: ` +
        `${error.message} Restart the program.`,
      { cause: error },
    )
  }

  *#edited({ modules, snapshots }: Manifest): Generator<[file: string, text: string]> {
    for (const module of modules) {
      const [, index, path] = /^snapshot:(\d+)\/(.*)$/s.exec(module) ?? []
      const packed = index === undefined ? undefined : this.#shipped.get(snapshots[Number(index)] ?? '')
      if (!packed || this.#same.get(packed)?.has(path!)) continue
      const [file, text] = [packed.sourceOf(path!), packed.textOf?.(path!)]
      if (file === undefined || text === undefined || isLoadedAs(file, text) !== false) this.#isSame(packed, path!)
      else yield [file, text]
    }
  }

  #isSame(packed: PackedModules, path: string): void {
    const paths = this.#same.get(packed) ?? new Set()
    this.#same.set(packed, paths.add(path))
  }
}
