/**
 * `.modulepickle.json` at the root of a snapshot: what its trees alone do not say, as part of the id.
 *
 * Canonical JSON (keys sorted, two spaces, a final newline), so that equal facts give equal bytes. Written by the packer,
 * read and checked by the receiver before it links or imports anything.
 */
import { ModulePickleError } from '../../errors.ts'
import { verifyGraph, type PackageGraph } from './package-graph.ts'
import { isPackageName, parsePackageLabel } from './package-label.ts'
import type { PackageNeed } from './snapshot.ts'

export const descriptionPath = '.modulepickle.json'
/** Where the sources of compiled modules stay, for stack traces. */
export const sourcesPath = '.modulepickle/src'
export const snapshotFormat = 1

type CompileFacts = Readonly<Record<string, string | boolean>>

export interface SnapshotDescription {
  readonly format: typeof snapshotFormat
  /** Names and versions of the compilers, where any was used. */
  readonly compile: CompileFacts
  /** The custom export conditions that the sender runs with. */
  readonly conditions: readonly string[]
  /** The needed packages whose content counts, and all that these resolve to. */
  readonly packages: PackageGraph
  /** Path of a `node_modules` entry in the snapshot to a package's label. Made on arrival; not in the tree. */
  readonly links: Readonly<Record<string, string>>
}

export function encodeDescription(description: SnapshotDescription): Uint8Array {
  return Buffer.from(`${JSON.stringify(sortKeys(description), undefined, 2)}\n`)
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (!isRecord(value)) return value
  const keys = Object.keys(value).sort()
  return Object.fromEntries(keys.map(key => [key, sortKeys(value[key])]))
}

/** @throws ModulePickleError ERR_FORMAT_VERSION for another format, ERR_SNAPSHOT_CORRUPT when a field is not as described */
export function decodeDescription(content: Uint8Array): SnapshotDescription {
  const value = parseJson(content)
  if (!isRecord(value)) throw corrupt('it is not an object')
  if (value['format'] !== snapshotFormat) {
    throw new ModulePickleError(
      'ERR_FORMAT_VERSION',
      `The snapshot has format ${JSON.stringify(value['format'])}, this modulepickle reads ${snapshotFormat}. Use the same version of modulepickle at both ends.`,
    )
  }
  const { compile, conditions, packages, links } = value
  if (!isRecord(compile) || !isStringList(conditions)) throw corrupt('compile or conditions is malformed')
  if (!isRecord(packages)) throw corrupt('packages is malformed')
  verifyGraph(packages as PackageGraph)
  if (!isRecord(links) || !Object.entries(links).every(isLinkEntry)) throw corrupt('links is malformed')
  const unlisted = Object.values(links).find(label => isKeyed(label) && !Object.hasOwn(packages, String(label)))
  if (unlisted !== undefined) throw corrupt(`links names ${String(unlisted)}, and packages does not`)
  return value as unknown as SnapshotDescription
}

/** The packages that a description links to, in the order of their labels. */
export function packageNeeds({ links }: SnapshotDescription): PackageNeed[] {
  return [...new Set(Object.values(links))].sort().map(label => parsePackageLabel(label)!)
}

/** `[directory/]node_modules/name`, where no directory leads out of the snapshot. */
function isLinkEntry([path, label]: readonly [string, unknown]): boolean {
  const split = /^((?:[^/]+\/)*)node_modules\/(.+)$/.exec(path)
  const directories = split?.[1]?.split('/').slice(0, -1) ?? []
  const safe = directories.every(name => !/^\.{1,2}$|^node_modules$|[\\\0]/.test(name))
  return split !== null && safe && isPackageName(split[2]) && parsePackageLabel(label) !== undefined
}

function isKeyed(label: unknown): boolean {
  return parsePackageLabel(label)?.key !== undefined
}

function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(item => typeof item === 'string')
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parseJson(content: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(content).toString('utf8'))
  } catch (error) {
    throw corrupt((error as Error).message)
  }
}

function corrupt(what: string): ModulePickleError {
  return new ModulePickleError('ERR_SNAPSHOT_CORRUPT', `${descriptionPath} of a snapshot is malformed: ${what}.`)
}
