/**
 * What a layer above puts in the place of this one's `dumps` and `loads`, so that programs which use them ship packages.
 *
 * Lives on a versioned global symbol: several copies of this package in one process see the same one.
 */
export interface Extension {
  dumps(value: unknown): Uint8Array
  loads(bytes: Uint8Array): Promise<unknown>
}

const extensionSymbol = Symbol.for('modulepickle.cloudpickle.v1')

/** What is in place now. */
export function currentExtension(): Extension | undefined {
  return Reflect.get(globalThis, extensionSymbol) as Extension | undefined
}

/** Puts `extension` in place, unless one is there already: twice is once. */
export function installExtension(extension: Extension): void {
  if (currentExtension()) return
  Object.defineProperty(globalThis, extensionSymbol, { value: extension })
}
