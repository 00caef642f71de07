/**
 * What `dumps` is told by its caller, on both ends.
 */

export interface DumpOptions {
  /**
   * Installed packages: `reference` asks the other end to have the same ones, with the same content; `include` takes them along.
   * By default `reference`.
   */
  readonly packages?: 'reference' | 'include'
}

/** @throws RangeError for a value that means nothing */
export function checkPackages(packages: unknown): void {
  if (packages === 'reference' || packages === 'include') return
  throw new RangeError(
    `packages has to be "reference" or "include", and is ${JSON.stringify(packages) ?? typeof packages}.`,
  )
}
