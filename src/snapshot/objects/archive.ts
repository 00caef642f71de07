/**
 * Many objects as one compressed piece, for pickles that take installed packages along: most of these is text, much of it alike.
 *
 * Ids are not in it: whoever unpacks computes them, so an object that was changed is another object and what it was is missing.
 */
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'
import { ModulePickleError } from '../../errors.ts'
import type { ObjectKind, SnapshotObject } from './snapshot.ts'

const headerBytes = 5
const kinds: readonly ObjectKind[] = ['blob', 'tree']
/** Above what packages may hold together, and what a small pickle could otherwise grow to. */
const maximumBytes = 1024 ** 3

/** Each object as its kind (a byte), its size (4 bytes, big-endian) and its content; all of it in Brotli, at its fastest. */
export function packObjects(objects: Iterable<SnapshotObject>): Uint8Array {
  const pieces: Uint8Array[] = []
  for (const { kind, read } of objects) {
    const content = read()
    const header = Buffer.alloc(headerBytes)
    header.writeUInt8(kinds.indexOf(kind))
    header.writeUInt32BE(content.byteLength, 1)
    pieces.push(header, content)
  }
  const whole = Buffer.concat(pieces)
  if (whole.byteLength > maximumBytes) throw tooLarge(whole.byteLength)
  const params = { [constants.BROTLI_PARAM_QUALITY]: 1, [constants.BROTLI_PARAM_SIZE_HINT]: whole.byteLength }
  return brotliCompressSync(whole, { params })
}

/**
 * The objects in `archive`; none where there is none.
 * @throws ModulePickleError ERR_PICKLE_CORRUPT, ERR_PICKLE_LIMIT
 */
export function* unpackObjects(
  archive: Uint8Array | undefined,
): Generator<{ readonly kind: ObjectKind; readonly content: Uint8Array }> {
  if (!archive) return
  const whole = decompress(archive)
  for (let position = 0; position < whole.byteLength;) {
    const start = position + headerBytes
    const kind = kinds[whole[position]!]
    const end = start <= whole.byteLength ? start + whole.readUInt32BE(position + 1) : Infinity
    if (kind === undefined || end > whole.byteLength) throw corrupt(`it is malformed at byte ${position}`)
    yield { kind, content: whole.subarray(start, end) }
    position = end
  }
}

function decompress(archive: Uint8Array): Buffer {
  try {
    return brotliDecompressSync(archive, { maxOutputLength: maximumBytes })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw corrupt((error as Error).message)
    throw new ModulePickleError(
      'ERR_PICKLE_LIMIT',
      `The packages in the pickle hold more than ${maximumBytes} bytes. Install them on this end instead.`,
    )
  }
}

function tooLarge(sizeBytes: number): ModulePickleError {
  return new ModulePickleError(
    'ERR_SNAPSHOT_TOO_LARGE',
    `The installed packages hold ${(sizeBytes / 1e6).toFixed(1)} MB, over the limit of ${maximumBytes} bytes for one pickle. Install them on the other end instead.`,
  )
}

function corrupt(what: string): ModulePickleError {
  return new ModulePickleError('ERR_PICKLE_CORRUPT', `The packages in the pickle cannot be read: ${what}.`)
}
