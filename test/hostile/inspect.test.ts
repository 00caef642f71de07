/** `modulepickle inspect` on pickles that were made to harm whoever looks at them. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { toPersistentId, emptyManifest, type Manifest } from '../../src/cloudpickle/manifest.ts'
import { Pickler } from '../../src/pickle/index.ts'
import { compressionOfPickles, packObjects } from '../../src/snapshot/objects/archive.ts'
import { objectId } from '../../src/snapshot/objects/object-id.ts'
import type { SnapshotObject } from '../../src/snapshot/objects/snapshot.ts'
import { encodeTree } from '../../src/snapshot/objects/tree.ts'
import { CliProject } from '../support/cli-project.ts'

type Inside = Pick<Manifest, 'snapshots' | 'archives'>

class WithManifest extends Pickler {
  readonly #inside: Inside

  constructor(inside: Inside) {
    super()
    this.#inside = inside
  }

  protected override preamble(): unknown {
    return toPersistentId({ ...emptyManifest, ...this.#inside })
  }
}

/** Trees within trees: each of `levels` holds the one before under every name. */
function nested(levels: number, names: readonly string[]): Inside {
  const objects: SnapshotObject[] = []
  let entry = { mode: '100644' as '100644' | '40000', id: objectId('blob', new Uint8Array()) }
  for (let level = 0; level < levels; level++) {
    const content = encodeTree(names.map(name => ({ ...entry, name })))
    const id = objectId('tree', content)
    objects.push({ id, kind: 'tree', sizeBytes: content.byteLength, read: () => content })
    entry = { mode: '40000', id }
  }
  return { snapshots: [entry.id], archives: [packObjects(objects, compressionOfPickles)] }
}

suite('inspect', () => {
  let project: CliProject
  before(() => (project = new CliProject()))
  after(() => project.remove())

  async function inspected(inside: Inside): Promise<{ code: number; stderr: string }> {
    const file = path.join(project.outside, 'hostile.pkl')
    writeFileSync(file, new WithManifest(inside).dump(1))
    return project.cli(['inspect', file])
  }

  test('gives up a snapshot with more files than there can be', async () => {
    const { code, stderr } = await inspected(nested(40, ['a', 'b']))
    assert.deepEqual([code, /^modulepickle inspect: (\w+)/.exec(stderr)?.[1]], [3, 'ERR_PICKLE_LIMIT'])
  })

  test('is not confused by depth', async () => {
    const { code, stderr } = await inspected(nested(20_000, ['d']))
    assert.equal(code, 0, stderr)
  })

  test('refuses files that cannot be unpacked', async () => {
    const { snapshots, archives } = nested(1, ['a'])
    const { code, stderr } = await inspected({ snapshots, archives: archives.map(archive => archive.subarray(1)) })
    assert.equal(code, 3)
    assert.match(stderr, /ERR_PICKLE_CORRUPT/)
  })
})
