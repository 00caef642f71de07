/**
 * What a snapshot is, on both ends: a git tree of files, addressed by content, and what it asks of the receiver.
 */

/** The id of a blob or tree in git's SHA-256 object format: 64 lower-case hex digits. */
export type ObjectId = string

export type ObjectKind = 'blob' | 'tree'

/** One object of a snapshot. `read` gives the content that the id was computed over (without git's header). */
export interface SnapshotObject {
  readonly id: ObjectId
  readonly kind: ObjectKind
  readonly sizeBytes: number
  read(): Uint8Array
}

/** An installed package that shipped code imports, at the exact version the sender has; with `key`, also its content. */
export interface PackageNeed {
  readonly name: string
  readonly version: string
  /** Of the package and all that it resolves to, 64 hex digits; without one, the sender's own directory is meant. */
  readonly key?: string
}

/**
 * The state of a project's local packages at one moment.
 *
 * `packages` lists what must be installed on the receiver before any module is imported.
 */
export interface Snapshot {
  readonly id: ObjectId
  readonly objects: ReadonlyMap<ObjectId, SnapshotObject>
  readonly packages: readonly PackageNeed[]
}
