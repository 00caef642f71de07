/**
 * The canonical form of a directory: git's tree object, in its SHA-256 format.
 *
 * One directory has one encoding; `decodeTree` refuses every other one, and every name that could lead out of the
 * directory that the tree is written to. Source of the format: Git's "gitformat-pack" and `tree.c`.
 */
import { ModulePickleError, type ErrorCode } from '../../errors.ts'
import { faultOfName, foldName } from './file-name.ts'
import type { ObjectId, ObjectKind } from './snapshot.ts'

/** A regular file, an executable file, a symbolic link (its blob is the target), a directory. */
export type TreeMode = '100644' | '100755' | '120000' | '40000'

export interface TreeEntry {
  readonly mode: TreeMode
  readonly name: string
  readonly id: ObjectId
}

const modes: ReadonlySet<string> = new Set<TreeMode>(['100644', '100755', '120000', '40000'])
const idBytes = 32
const space = 0x20

export function kindOfMode(mode: TreeMode): ObjectKind {
  return mode === '40000' ? 'tree' : 'blob'
}

/**
 * The tree of `entries`, given in any order; `place` is its directory in the snapshot, for messages.
 * @throws ModulePickleError ERR_SNAPSHOT_PATH for a name that a tree cannot hold, or two equal ones
 */
export function encodeTree(entries: Iterable<TreeEntry>, place = ''): Uint8Array {
  const sorted = [...entries]
  for (const { name } of sorted) checkName(name, 'ERR_SNAPSHOT_PATH', place)
  sorted.sort((a, b) => Buffer.compare(sortKey(a), sortKey(b)))
  checkDuplicates(sorted, 'ERR_SNAPSHOT_PATH', place)
  return Buffer.concat(
    sorted.flatMap(entry => [Buffer.from(`${entry.mode} ${entry.name}\0`), Buffer.from(entry.id, 'hex')]),
  )
}

/**
 * The entries of a tree, in git's order.
 * @throws ModulePickleError ERR_SNAPSHOT_CORRUPT unless `content` is exactly what encodeTree would give
 */
export function decodeTree(content: Uint8Array): TreeEntry[] {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  const entries: TreeEntry[] = []
  for (let position = 0; position < bytes.length;) {
    const { entry, end } = decodeEntry(bytes, position)
    const previous = entries.at(-1)
    if (previous && Buffer.compare(sortKey(previous), sortKey(entry)) >= 0) {
      throw corrupt(`entry ${JSON.stringify(entry.name)} does not come after ${JSON.stringify(previous.name)}`)
    }
    entries.push(entry)
    position = end
  }
  checkDuplicates(entries, 'ERR_SNAPSHOT_CORRUPT')
  return entries
}

function decodeEntry(bytes: Buffer, start: number): { entry: TreeEntry; end: number } {
  const modeEnd = bytes.indexOf(space, start)
  const nameEnd = modeEnd === -1 ? -1 : bytes.indexOf(0, modeEnd)
  const end = nameEnd + 1 + idBytes
  if (nameEnd === -1 || end > bytes.length) throw corrupt(`the entry at byte ${start} is cut off`)
  const mode = bytes.toString('latin1', start, modeEnd)
  if (!isMode(mode)) throw corrupt(`the entry at byte ${start} has the unknown mode ${JSON.stringify(mode)}`)
  const name = decodeName(bytes.subarray(modeEnd + 1, nameEnd))
  return { entry: { mode, name, id: bytes.toString('hex', nameEnd + 1, end) }, end }
}

function isMode(text: string): text is TreeMode {
  return modes.has(text)
}

function decodeName(bytes: Buffer): string {
  const name = bytes.toString('utf8')
  if (!Buffer.from(name).equals(bytes)) throw corrupt(`the name ${JSON.stringify(name)} is not UTF-8`)
  checkName(name, 'ERR_SNAPSHOT_CORRUPT')
  return name
}

/** git sorts a directory as if its name ended in a slash. */
function sortKey(entry: TreeEntry): Buffer {
  return Buffer.from(entry.mode === '40000' ? `${entry.name}/` : entry.name)
}

function checkName(name: string, code: ErrorCode, place = ''): void {
  const fault = faultOfName(name)
  if (fault === undefined) return
  throw new ModulePickleError(
    code,
    `${JSON.stringify(name)}${inPlace(place)} cannot be the name of a file in a snapshot: ${fault}. Rename it.`,
  )
}

/** A file and a directory of one name are apart in git's order, so neighbours alone do not tell. */
function checkDuplicates(entries: readonly TreeEntry[], code: ErrorCode, place = ''): void {
  const names = new Map<string, string>()
  for (const { name } of entries) {
    const other = names.get(foldName(name))
    if (other !== undefined) throw sameName(other, name, code, place)
    names.set(foldName(name), name)
  }
}

function sameName(one: string, other: string, code: ErrorCode, place: string): ModulePickleError {
  const what = `Two entries${inPlace(place)} are named ${JSON.stringify(one)} and ${JSON.stringify(other)}`
  return new ModulePickleError(
    code,
    `${what}, which are one file on systems that do not tell them apart. Rename one of them.`,
  )
}

function inPlace(place: string): string {
  return place === '' ? '' : ` in ${place}`
}

function corrupt(what: string): ModulePickleError {
  return new ModulePickleError('ERR_SNAPSHOT_CORRUPT', `A tree is malformed: ${what}. Send the snapshot again.`)
}
