/**
 * What Node says of modules that it cannot load, told in terms of the sender: its message names directories of the worker's cache,
 * which mean nothing to whoever has to correct an import.
 *
 * Input: an error that was decoded here. Errors of other kinds are left alone: of a file that cannot be read or written, the place
 * there is what matters.
 */
import path from 'node:path'
import { pathToFileURL } from 'node:url'

/** The file here that a path in a snapshot was made from, and the project that the snapshot is of. */
export interface SnapshotPlaces {
  sourceOf(snapshotId: string, path: string): string | undefined
  rootOf(snapshotId: string): string | undefined
  /** What the URL of the worker's program begins with: it imports on behalf of functions that travel by value. */
  readonly runtime: string
}

const aboutModules: ReadonlySet<unknown> = new Set([
  'ERR_MODULE_NOT_FOUND',
  'MODULE_NOT_FOUND',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
  'ERR_PACKAGE_IMPORT_NOT_DEFINED',
  'ERR_INVALID_PACKAGE_TARGET',
  'ERR_INVALID_PACKAGE_CONFIG',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_IMPORT_ATTRIBUTE_MISSING',
])
const place = /(?<![^\s'"`([])(?:file:\/\/)?\/[^\s'"`]*\/snapshots\/([0-9a-f]{64})\/[0-9a-f]{16}(?:\/([^\s'"`:]*))?/g

/** Rewrites what `error` shows as text. */
export function tellPlaces(error: Error, places: SnapshotPlaces): void {
  if (!(error instanceof SyntaxError) && !aboutModules.has((error as NodeJS.ErrnoException).code)) return
  for (const key of ['message', 'stack', 'url', 'requireStack']) {
    const written: unknown = Reflect.get(error, key)
    const value = told(written, places)
    if (value === written) continue
    const enumerable = Object.prototype.propertyIsEnumerable.call(error, key)
    Reflect.defineProperty(error, key, { value, enumerable, writable: true, configurable: true })
  }
}

function told(value: unknown, places: SnapshotPlaces): unknown {
  if (Array.isArray(value)) return value.map(item => told(item, places))
  if (typeof value !== 'string') return value
  const isRuntime = (file: string): boolean => pathToFileURL(file).href.startsWith(places.runtime)
  const named = value.replace(/ imported from (\S+)/g, (whole, file: string) => (isRuntime(file) ? '' : whole))
  return named.replace(place, (whole: string, id: string, written = '') => {
    const isUrl = whole.startsWith('file:')
    const inside = isUrl ? decodeURI(written) : written
    const root = places.rootOf(id)
    if (root === undefined) return whole
    // What is not in the snapshot is what the message is about.
    const file = places.sourceOf(id, inside) ?? path.join(root, inside)
    return isUrl ? pathToFileURL(file).href : file
  })
}
