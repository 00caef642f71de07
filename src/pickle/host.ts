/**
 * What the decoder leaves to others: the meaning of names, persistent ids and calls.
 */

/** What the Unpickler decides. Errors that it throws get the byte offset. */
export interface Host {
  find(module: string, name: string): unknown
  /** A code of copyreg's extension registry. */
  extension(code: number): unknown
  persistentLoad(id: unknown): unknown
  call(callee: unknown, args: readonly unknown[]): unknown
  instantiate(cls: unknown, args: readonly unknown[]): unknown
  /** Counts members that are about to be copied out of a container; throws when they are too many for the pickle. */
  charge(members: number): void
  /** True for values that the pickle must not change. */
  isBorrowed(value: unknown): boolean
  readonly buffers: readonly Uint8Array[] | undefined
}

/** Stands for whatever the host would have given, while a pass only surveys dicts. */
export const unknownValue: object = Object.freeze({})

export const surveyor: Host = {
  find: () => unknownValue,
  extension: () => unknownValue,
  persistentLoad: () => unknownValue,
  call: () => unknownValue,
  instantiate: () => unknownValue,
  charge: () => undefined,
  isBorrowed: () => false,
  buffers: undefined,
}
