/**
 * What a snapshot holds and why, as data for people: files with their sizes, packages with the imports that led to them, what was
 * left out and by which rule.
 */
import path from 'node:path'
import { parsePackageLabel } from '../objects/package-label.ts'
import type { Assembled } from './assemble.ts'
import type { Reached } from './graph.ts'
import { posixRelative } from './project.ts'

export interface ShippedFile {
  /** In the snapshot, with `/`. */
  readonly path: string
  readonly sizeBytes: number
}

/** `path` of a directory ends with `/`. */
export interface LeftOut {
  readonly path: string
  readonly rule: string
}

export interface LocalPackage {
  readonly name: string | undefined
  /** Relative to the project; `.` for its root. */
  readonly directory: string
  readonly files: number
  readonly sizeBytes: number
  /** From a module that was asked for to the first file of the package that was found, each imported by the one before. */
  readonly chain: readonly string[]
}

export interface InstalledPackage {
  readonly name: string
  readonly version: string
  readonly directory: string
  /** As of a local package; the last file imports it. */
  readonly chain: readonly string[]
}

export interface SnapshotContents {
  readonly id: string
  /** The project's directory. */
  readonly root: string
  readonly files: number
  readonly sizeBytes: number
  readonly packages: readonly LocalPackage[]
  readonly installed: readonly InstalledPackage[]
  /** At most ten. */
  readonly largest: readonly ShippedFile[]
  readonly leftOut: readonly LeftOut[]
}

/** What is asked only when somebody wants to know. */
export interface Reasons {
  nameOf(directory: string): string | undefined
  listLeftOut(): readonly LeftOut[]
}

const maximumLargest = 10

export function describeContents(
  root: string,
  packageDirectories: ReadonlyMap<string, string>,
  { id, blobs, sources }: Assembled,
  reached: Reached,
  reasons: Reasons,
): SnapshotContents {
  const files = [...blobs].map(([place, { sizeBytes }]) => ({ path: place, sizeBytes }))
  const owners = [...reached.packages].sort((a, b) => b.length - a.length)
  const ownerOf = (file: string): string | undefined => owners.find(owner => file.startsWith(owner + path.sep))
  const packages = owners.toSorted().map((directory): LocalPackage => {
    const shipped = files.filter(file => ownerOf(sources.get(file.path) ?? path.join(root, file.path)) === directory)
    const first = [...reached.files].find(file => ownerOf(file) === directory)
    return {
      name: reasons.nameOf(directory),
      directory: posixRelative(root, directory) || '.',
      files: shipped.length,
      sizeBytes: totalOf(shipped),
      chain: first === undefined ? [] : chainTo(first, root, reached),
    }
  })
  const installed = [...packageDirectories].flatMap(([label, directory]): InstalledPackage[] => {
    const need = parsePackageLabel(label)
    const chain = chainTo(reached.foundThrough.get(directory), root, reached)
    return need ? [{ name: need.name, version: need.version, directory, chain }] : []
  })
  return {
    id,
    root,
    files: files.length,
    sizeBytes: totalOf(files),
    packages,
    installed: installed.sort((a, b) => (a.name < b.name ? -1 : 1)),
    largest: files.toSorted((a, b) => b.sizeBytes - a.sizeBytes).slice(0, maximumLargest),
    leftOut: reasons.listLeftOut(),
  }
}

function totalOf(files: readonly ShippedFile[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}

function chainTo(file: string | undefined, root: string, { foundThrough }: Reached): string[] {
  const chain = new Set<string>()
  for (let at = file; at !== undefined && !chain.has(at); at = foundThrough.get(at)) chain.add(at)
  return [...chain].reverse().map(link => posixRelative(root, link) || '.')
}
