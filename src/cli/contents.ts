/**
 * What a pickle says that it holds: its manifest, and the files in its snapshots. Read as data; nothing is looked up or run.
 */
import { ModulePickleError } from '../errors.ts'
import { readManifest } from '../cloudpickle/cloudunpickler.ts'
import type { Manifest } from '../cloudpickle/manifest.ts'
import { isSignedBy, type SplitPickle } from '../signing/signed-pickle.ts'
import { signingKey } from '../signing/signing-key.ts'
import { compressionOfPickles, unpackObjects } from '../snapshot/objects/archive.ts'
import { decodeDescription, descriptionPath, packageNeeds } from '../snapshot/objects/description.ts'
import { objectId } from '../snapshot/objects/object-id.ts'
import { packageLabel } from '../snapshot/objects/package-label.ts'
import { decodeTree } from '../snapshot/objects/tree.ts'

interface ContainedFile {
  readonly path: string
  readonly sizeBytes: number
  readonly note?: string
}

interface ContainedSnapshot {
  readonly id: string
  readonly isInside: boolean
  readonly files: readonly ContainedFile[]
}

interface NamedFile {
  readonly id: string
  readonly file: ContainedFile
}

export interface PickleContents {
  readonly sizeBytes: number
  readonly signature: SignatureState
  readonly format: number
  readonly modules: readonly string[]
  readonly snapshots: readonly ContainedSnapshot[]
  /** `name@version`, with a key where the content counts. */
  readonly packages: readonly string[]
}

/** What can be said of a signature: whether it fits the key that is set here, if one is. */
export type SignatureState = 'none' | 'unverified' | 'valid' | 'invalid'

/** @throws ModulePickleError for what is no pickle */
export function contentsOf({ pickle, signature }: SplitPickle): PickleContents {
  const manifest = readManifest(pickle)
  const objects = objectsIn(manifest)
  const packages = new Set(manifest.packages)
  const snapshots = manifest.snapshots.map((id): ContainedSnapshot => {
    const files = filesOf(id, objects)
    const description = files.find(({ file }) => file.path === descriptionPath)
    const needs = description && packageNeeds(decodeDescription(objects.get(description.id) ?? new Uint8Array()))
    for (const need of needs ?? []) packages.add(packageLabel(need))
    return { id, isInside: objects.has(id), files: files.map(({ file }) => file) }
  })
  const { format, modules } = manifest
  const state = signatureState(pickle, signature)
  return {
    sizeBytes: pickle.byteLength,
    signature: state,
    format,
    modules,
    snapshots,
    packages: [...packages].toSorted(),
  }
}

function signatureState(pickle: Uint8Array, signature: Uint8Array | undefined): SignatureState {
  const key = signingKey(undefined)
  if (!signature) return 'none'
  if (!key) return 'unverified'
  return isSignedBy(key, pickle, signature) ? 'valid' : 'invalid'
}

/** By the ids that they have. */
function objectsIn({ archives }: Manifest): ReadonlyMap<string, Uint8Array> {
  const objects = unpackObjects(archives, compressionOfPickles)
  return new Map(Array.from(objects, ({ kind, content }) => [objectId(kind, content), content]))
}

/** Trees can hold one tree in many places, so a small pickle can name more files than anybody could list. */
const maximumEntries = 100_000

/** In the order of their paths. @throws ModulePickleError ERR_PICKLE_LIMIT */
function filesOf(root: string, objects: ReadonlyMap<string, Uint8Array>): NamedFile[] {
  const files: NamedFile[] = []
  const open = [{ id: root, directory: '' }]
  let entries = 0
  for (let next = open.pop(); next; next = open.pop()) {
    const content = objects.get(next.id)
    for (const { mode, name, id } of content ? decodeTree(content) : []) {
      const path = next.directory + name
      if (mode === '40000') open.push({ id, directory: `${path}/` })
      else files.push({ id, file: { path, sizeBytes: objects.get(id)?.byteLength ?? 0, ...noteOf(mode) } })
      if (++entries > maximumEntries) throw tooMany()
    }
  }
  return files.toSorted((a, b) => (a.file.path < b.file.path ? -1 : 1))
}

function tooMany(): ModulePickleError {
  return new ModulePickleError(
    'ERR_PICKLE_LIMIT',
    `A snapshot in the pickle has more than ${maximumEntries} files and directories. That is no project; do not load it.`,
  )
}

function noteOf(mode: string): { note?: string } {
  if (mode === '100755') return { note: ' (executable)' }
  return mode === '120000' ? { note: ' (link)' } : {}
}
