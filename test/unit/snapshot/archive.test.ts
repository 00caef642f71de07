/** Objects packed into one piece: back as they were, and nothing else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliCompressSync } from 'node:zlib'
import { isModulePickleError } from '../../../src/errors.ts'
import { packObjects, unpackObjects } from '../../../src/snapshot/objects/archive.ts'
import type { SnapshotObject } from '../../../src/snapshot/objects/snapshot.ts'

const contents = ['', 'a', 'ä'.repeat(1000)].map(text => Buffer.from(text))
const objects = contents.map((content, index): SnapshotObject => ({
  id: String(index),
  kind: index === 1 ? 'tree' : 'blob',
  sizeBytes: content.byteLength,
  read: () => content,
}))

test('objects are unpacked in order, with their kinds', () => {
  const unpacked = [...unpackObjects(packObjects(objects))]
  assert.deepEqual(
    unpacked.map(({ kind, content }) => [kind, Buffer.from(content)]),
    objects.map(({ kind, read }) => [kind, read()]),
  )
  assert.deepEqual([...unpackObjects(undefined)], [])
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
      () => [...unpackObjects(bytes)],
      error => isModulePickleError(error, 'ERR_PICKLE_CORRUPT'),
    )
  }
})
