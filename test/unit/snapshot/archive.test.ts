/** Objects packed into pieces: back as they were, and nothing else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliCompressSync } from 'node:zlib'
import { isModulePickleError } from '../../../src/errors.ts'
import { packObjects, unpackObjects } from '../../../src/snapshot/objects/archive.ts'
import { archivesOf } from '../../../src/snapshot/objects/archives.ts'
import { objectId } from '../../../src/snapshot/objects/object-id.ts'
import type { SnapshotObject } from '../../../src/snapshot/objects/snapshot.ts'

const contents = ['', 'a', 'ä'.repeat(1000)].map(text => Buffer.from(text))
const objects = contents.map((content, index): SnapshotObject => ({
  id: String(index),
  kind: index === 1 ? 'tree' : 'blob',
  sizeBytes: content.byteLength,
  read: () => content,
}))

test('objects are unpacked in order, with their kinds', () => {
  const unpacked = [...unpackObjects([packObjects(objects.slice(0, 1)), packObjects(objects.slice(1))])]
  assert.deepEqual(
    unpacked.map(({ kind, content }) => [kind, Buffer.from(content)]),
    objects.map(({ kind, read }) => [kind, read()]),
  )
  assert.deepEqual([...unpackObjects([])], [])
})

test('an archive that is cut anywhere, or holds something else, is refused', () => {
  const archive = packObjects(objects)
  const malformed = [...archive.keys()].map(end => archive.subarray(0, end))
  for (const bytes of [
    [7, 0, 0, 0, 0],
    [0, 0, 0, 0],
    [0, 0, 0, 0, 2, 1],
    [0, 255, 255, 255, 255],
  ]) {
    malformed.push(brotliCompressSync(Uint8Array.from(bytes)))
  }
  for (const bytes of malformed) {
    assert.throws(
      () => [...unpackObjects([bytes])],
      error => isModulePickleError(error, 'ERR_PICKLE_CORRUPT'),
    )
  }
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
    Array.from(unpackObjects(archivesOf(after)), ({ content }) => objectId('blob', content)),
    [...after.keys()],
  )
})
