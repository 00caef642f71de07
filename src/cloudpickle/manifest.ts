/**
 * The manifest that a pickle begins with when it refers to modules: what has to be in place before it is decoded.
 *
 * It stands in front of the body as a persistent id that is popped at once, so any pickle tool can read it.
 */
import { ModulePickleError } from '../errors.ts'
import { Bytes } from '../pickle/index.ts'

/** The format version that this package writes. */
export const formatVersion = 1

export interface Manifest {
  readonly format: typeof formatVersion
  /** Modules to evaluate before decoding, in this order. */
  readonly modules: readonly string[]
  /** Ids of the snapshots whose modules or files the pickle uses. */
  readonly snapshots: readonly string[]
  /** Labels of installed packages that the pickle itself names. */
  readonly packages: readonly string[]
  /** Those whose content counts, and all that they resolve to, by label. */
  readonly graph: Readonly<Record<string, unknown>>
  /** The objects of the snapshots, where the pickle is self-contained, and of installed packages that are taken along; packed. */
  readonly archives: readonly Uint8Array[]
}

export const emptyManifest: Manifest = { format: 1, modules: [], snapshots: [], packages: [], graph: {}, archives: [] }

const marker = 'modulepickle'

/** The persistent id that carries `manifest`; what is empty is left out. */
export function toPersistentId(manifest: Manifest): unknown {
  const { format, modules, snapshots, packages, graph, archives } = manifest
  const contents = archives.map(archive => new Bytes(archive))
  const fields = Object.entries({ modules, snapshots, packages, graph, archives: contents })
  return [marker, format, Object.fromEntries(fields.filter(([, field]) => Object.keys(field).length > 0))]
}

/**
 * The manifest in a persistent id; the empty one for a pickle without.
 * @throws ModulePickleError ERR_FORMAT_VERSION, ERR_PICKLE_CORRUPT
 */
export function fromPersistentId(id: unknown): Manifest {
  if (id === undefined) return emptyManifest
  if (!Array.isArray(id) || id[0] !== marker) {
    throw new ModulePickleError(
      'ERR_PICKLE_UNSUPPORTED',
      'The pickle begins with a persistent id that is not a manifest.',
    )
  }
  const [, format, fields] = id as [string, unknown, Record<string, unknown> | undefined]
  if (format !== formatVersion) {
    throw new ModulePickleError(
      'ERR_FORMAT_VERSION',
      `The pickle has format ${String(format)}; this version of modulepickle reads format ${formatVersion}. Use the same version on both ends.`,
    )
  }
  const { modules = [], snapshots = [], packages = [], graph = {}, archives = [] } = fields ?? {}
  if (
    isListOf(modules, isString) &&
    isListOf(snapshots, isString) &&
    isListOf(packages, isString) &&
    isRecord(graph) &&
    isListOf(archives, isBytes)
  ) {
    return { format: formatVersion, modules, snapshots, packages, graph, archives }
  }
  throw new ModulePickleError('ERR_PICKLE_CORRUPT', 'The manifest at the beginning of the pickle is malformed.')
}

function isListOf<T>(value: unknown, isItem: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.every(isItem)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isString(value: unknown): value is string {
  return typeof value === 'string'
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array
}
