/** Objects packed into pieces: back as they were, and nothing else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isModulePickleError } from '../../../src/errors.ts'
import { compressionOfPickles, packObjects, unpackObjects } from '../../../src/snapshot/objects/archive.ts'
import { archivesOf } from '../../../src/snapshot/objects/archives.ts'
import { commonCompression, compress, compressions, decompress } from '../../../src/snapshot/objects/compression.ts'
import { objectId } from '../../../src/snapshot/objects/object-id.ts'
import type { SnapshotObject } from '../../../src/snapshot/objects/snapshot.ts'

const contents = ['', 'a', 'ä'.repeat(1000)].map(text => Buffer.from(text))
const objects = contents.map((content, index): SnapshotObject => ({
  id: String(index),
  kind: index === 1 ? 'tree' : 'blob',
  sizeBytes: content.byteLength,
  read: () => content,
}))

for (const compression of ['brotli', 'zstd'] as const) {
  const skip = compressions.includes(compression) ? false : `Node ${process.version} has no ${compression}`

  test(`objects are unpacked in order, with their kinds: ${compression}`, { skip }, () => {
    const archives = [objects.slice(0, 1), objects.slice(1)].map(each => packObjects(each, compression))
    assert.deepEqual(
      Array.from(unpackObjects(archives, compression), ({ kind, content }) => [kind, Buffer.from(content)]),
      objects.map(({ kind, read }) => [kind, read()]),
    )
    assert.deepEqual([...unpackObjects([], compression)], [])
  })

  test(`an archive that is cut anywhere, or holds something else, is refused: ${compression}`, { skip }, () => {
    const archive = packObjects(objects, compression)
    const malformed = [...archive.keys()].map(end => archive.subarray(0, end))
    for (const bytes of [
      [7, 0, 0, 0, 0],
      [0, 0, 0, 0],
      [0, 0, 0, 0, 2, 1],
      [0, 255, 255, 255, 255],
    ]) {
      malformed.push(compress(Uint8Array.from(bytes), compression))
    }
    for (const bytes of malformed) {
      assert.throws(
        () => [...unpackObjects([bytes], compression)],
        error => isModulePickleError(error, 'ERR_PICKLE_CORRUPT'),
      )
    }
  })

  test(`what would grow beyond the limit is refused before it has: ${compression}`, { skip }, () => {
    const small = compress(Buffer.alloc(1000), compression)
    assert.equal(decompress(small, compression, 1000).byteLength, 1000)
    assert.throws(() => decompress(small, compression, 999), { code: 'ERR_BUFFER_TOO_LARGE' })
  })
}

test('two ends use the best that both have, and what is in pickles is what every Node has', () => {
  assert.equal(commonCompression(['brotli']), 'brotli')
  assert.equal(commonCompression(['later', 'brotli', ...compressions]), compressions[0])
  assert.equal(compressionOfPickles, 'brotli')
})

test('of a large snapshot only what is around a change is packed again', () => {
  const texts = Array.from({ length: 2000 }, (_, index) => `file ${index}\n`.repeat(100))
  const snapshot = (list: readonly string[]): Map<string, SnapshotObject> => {
    const all = list.map((text): SnapshotObject => {
      const content = Buffer.from(text)
      return { id: objectId('blob', content), kind: 'blob', sizeBytes: content.byteLength, read: () => content }
    })
    return new Map(all.map(object => [object.id, object]))
  }
  const before = snapshot(texts)
  const archives = archivesOf(before)
  assert.ok(archives.length > 3, String(archives.length))
  assert.equal(archivesOf(before), archives, 'the same snapshot costs nothing')
  const after = snapshot(texts.toSpliced(1000, 1, 'another one, longer than the one before\n'.repeat(40)))
  const again = archivesOf(after).filter(archive => !archives.includes(archive))
  assert.ok(again.length >= 1 && again.length <= 3, `${again.length} of ${archives.length}`)
  assert.deepEqual(
    Array.from(unpackObjects(archivesOf(after), compressionOfPickles), ({ content }) => objectId('blob', content)),
    [...after.keys()],
  )
})
