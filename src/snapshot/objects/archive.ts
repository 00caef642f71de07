/**
 * Many objects as one compressed piece: most of code is text, much of it alike.
 *
 * Ids are not in it: whoever unpacks computes them, so an object that was changed is another object and what it was is missing.
 */
import { ModulePickleError } from '../../errors.ts'
import { compress, decompress, type Compression } from './compression.ts'
import type { ObjectKind, SnapshotObject } from './snapshot.ts'

/** Its id is what whoever unpacks computes. */
interface UnpackedObject {
  readonly kind: ObjectKind
  readonly content: Uint8Array
}

/** What pickles have, because whoever reads them need not have anything else. */
export const compressionOfPickles: Compression = 'brotli'

const headerBytes = 5
const kinds: readonly ObjectKind[] = ['blob', 'tree']
/** Above what snapshots and packages may hold together, and what a small pickle could otherwise grow to. */
export const maximumBytes = 1024 ** 3

/** Each object as its kind (a byte), its size (4 bytes, big-endian) and its content; all of it compressed. */
export function packObjects(objects: Iterable<SnapshotObject>, compression: Compression): Uint8Array {
  const pieces: Uint8Array[] = []
  for (const { kind, read } of objects) {
    const content = read()
    const header = Buffer.alloc(headerBytes)
    header.writeUInt8(kinds.indexOf(kind))
    header.writeUInt32BE(content.byteLength, 1)
    pieces.push(header, content)
  }
  return compress(Buffer.concat(pieces), compression)
}

/**
 * The objects in `archives`, in order.
 * @throws ModulePickleError ERR_PICKLE_CORRUPT, ERR_PICKLE_LIMIT
 */
export function* unpackObjects(archives: readonly Uint8Array[], compression: Compression): Generator<UnpackedObject> {
  let leftBytes = maximumBytes
  for (const archive of archives) {
    const whole = unpack(archive, compression, leftBytes)
    leftBytes -= whole.byteLength
    yield* objectsIn(whole)
  }
}

function* objectsIn(whole: Buffer): Generator<UnpackedObject> {
  for (let position = 0; position < whole.byteLength;) {
    const start = position + headerBytes
    const kind = kinds[whole[position]!]
    const end = start <= whole.byteLength ? start + whole.readUInt32BE(position + 1) : Infinity
    if (kind === undefined || end > whole.byteLength) throw corrupt(`it is malformed at byte ${position}`)
    yield { kind, content: whole.subarray(start, end) }
    position = end
  }
}

function unpack(archive: Uint8Array, compression: Compression, leftBytes: number): Buffer {
  try {
    return decompress(archive, compression, leftBytes)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw corrupt((error as Error).message)
    throw new ModulePickleError(
      'ERR_PICKLE_LIMIT',
      `The files of snapshots and packages that came hold more than ${maximumBytes} bytes. Install packages on this end instead.`,
    )
  }
}

function corrupt(what: string): ModulePickleError {
  return new ModulePickleError('ERR_PICKLE_CORRUPT', `The files that came with the code cannot be read: ${what}.`)
}
