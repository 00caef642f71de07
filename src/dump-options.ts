/**
 * What `dumps` is told by its caller, on both ends.
 */

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

/** @throws RangeError for a value that means nothing */
export function checkChanged(changed: unknown): void {
  if (changed === 'warn' || changed === 'refuse') return
  throw new RangeError(`changed has to be "warn" or "refuse", and is ${JSON.stringify(changed) ?? typeof changed}.`)
}

/** @throws RangeError for a value that means nothing */
export function checkPackages(packages: unknown): void {
  if (packages === 'reference' || packages === 'include') return
  throw new RangeError(
    `packages has to be "reference" or "include", and is ${JSON.stringify(packages) ?? typeof packages}.`,
  )
}
