/**
 * What all copies of this package in one process have in common, also those in vm contexts: tsx in CommonJS mode makes two, test
 * runners one for each file.
 *
 * It stands on an object of Node's own, which is one for all of them, as globalThis is not.
 */

/** The registry of that name; `make` is called by the first that asks. The version is that of the contents' shape. */
export function processRegistry<T>(
  name: 'contexts' | 'private views' | 'namespaces' | 'entries' | 'by-value' | 'public names',
  version: 1,
  make: () => T,
): T {
  const holder = process.getBuiltinModule('node:module') as unknown as Record<symbol, unknown>
  const key = Symbol.for(`modulepickle.${name}.v${version}`)
  if (!(key in holder)) Object.defineProperty(holder, key, { value: make() })
  return holder[key] as T
}
