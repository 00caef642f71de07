/**
 * The manifest that a pickle begins with when it refers to modules: what has to be in place before it is decoded.
 *
 * It stands in front of the body as a persistent id that is popped at once, so any pickle tool can read it.
 */
import { ModulePickleError } from '../errors.ts'

/** The format version that this package writes. */
export const formatVersion = 1

export interface Manifest {
  readonly format: typeof formatVersion
  /** Modules to evaluate before decoding, in this order. */
  readonly modules: readonly string[]
  /** Ids of the snapshots whose modules or files the pickle uses. */
  readonly snapshots: readonly string[]
  /** Installed packages that the pickle itself names, as `name@version`. */
  readonly packages: readonly string[]
  /** The objects of the snapshots, each as [kind, content] by id, where the pickle is to be self-contained. */
  readonly objects: ReadonlyMap<string, readonly [kind: string, content: Uint8Array]>
}

export const emptyManifest: Manifest = { format: 1, modules: [], snapshots: [], packages: [], objects: new Map() }

const marker = 'modulepickle'

/** The persistent id that carries `manifest`. */
export function toPersistentId({ format, modules, snapshots, packages, objects }: Manifest): unknown {
  return [marker, format, { modules, snapshots, packages, objects }]
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
  const modules = strings(fields?.modules)
  const snapshots = strings(fields?.snapshots)
  const packages = strings(fields?.packages)
  const objects = objectMap(fields?.objects)
  if (modules && snapshots && packages && objects)
    return { format: formatVersion, modules, snapshots, packages, objects }
  throw new ModulePickleError('ERR_PICKLE_CORRUPT', 'The manifest at the beginning of the pickle is malformed.')
}

function strings(value: unknown): string[] | undefined {
  return Array.isArray(value) && value.every(item => typeof item === 'string') ? value : undefined
}

function objectMap(value: unknown): Manifest['objects'] | undefined {
  const isMap = value instanceof Map && [...value].every(([id, object]) => typeof id === 'string' && isObject(object))
  return isMap ? (value as Manifest['objects']) : undefined
}

function isObject(value: unknown): boolean {
  return Array.isArray(value) && typeof value[0] === 'string' && value[1] instanceof Uint8Array
}
