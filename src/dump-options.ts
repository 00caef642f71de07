/**
 * What `dumps` is told by its caller, on both ends.
 */
import { checkChoice, checkNames } from './option-checks.ts'
import type { KeyOption } from './signing/signing-key.ts'

export interface DumpOptions {
  /**
   * Installed packages: `reference` asks the other end to have the same ones, with the same content; `include` takes them along.
   * By default `reference`.
   */
  readonly packages?: 'reference' | 'include'
  /**
   * Where a function travels by value and its file, or a module that the pickle names, has changed since it was loaded, the two may
   * not fit: `warn` says so by a process warning, once for each change, `refuse` throws. By default `warn`.
   */
  readonly changed?: 'warn' | 'refuse'
  /** Signs the pickle; by default with what MODULEPICKLE_KEY has, if anything. */
  readonly key?: KeyOption
}

/** @throws TypeError or RangeError for options that mean nothing */
export function checkDumpOptions(options: DumpOptions): void {
  checkNames('dumps()', options, ['packages', 'changed', 'key'])
  const { packages, changed } = options
  if (packages !== undefined) checkChoice('packages', packages, ['reference', 'include'])
  if (changed !== undefined) checkChoice('changed', changed, ['warn', 'refuse'])
}
