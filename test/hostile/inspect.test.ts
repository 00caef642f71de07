/** `modulepickle inspect` on pickles that were made to harm whoever looks at them. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { toPersistentId, emptyManifest, type ManifestObject } from '../../src/cloudpickle/manifest.ts'
import { Pickler } from '../../src/pickle/index.ts'
import { objectId } from '../../src/snapshot/objects/object-id.ts'
import { encodeTree } from '../../src/snapshot/objects/tree.ts'
import { CliProject } from '../support/cli-project.ts'

class WithManifest extends Pickler {
  readonly #objects: readonly ManifestObject[]

  constructor(objects: readonly ManifestObject[]) {
    super()
    this.#objects = objects
  }

  protected override preamble(): unknown {
    const snapshots = [this.#objects.at(-1)![0]]
    return toPersistentId({ ...emptyManifest, snapshots, objects: this.#objects })
  }
}

/** Trees within trees: each of `levels` holds the one before under every name. */
function nested(levels: number, names: readonly string[]): ManifestObject[] {
  const objects: ManifestObject[] = []
  let entry = { mode: '100644' as '100644' | '40000', id: objectId('blob', new Uint8Array()) }
  for (let level = 0; level < levels; level++) {
    const content = encodeTree(names.map(name => ({ ...entry, name })))
    const id = objectId('tree', content)
    objects.push([id, 'tree', content])
    entry = { mode: '40000', id }
  }
  return objects
}

suite('inspect', () => {
  let project: CliProject
  before(() => (project = new CliProject()))
  after(() => project.remove())

  async function inspected(objects: readonly ManifestObject[]): Promise<{ code: number; stderr: string }> {
    const file = path.join(project.outside, 'hostile.pkl')
    writeFileSync(file, new WithManifest(objects).dump(1))
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

  test('refuses objects that are not what their ids say', async () => {
    const [[id, kind] = ['', 'tree' as const]] = nested(1, ['a'])
    const { code, stderr } = await inspected([[id, kind, encodeTree([])]])
    assert.equal(code, 3)
    assert.match(stderr, /ERR_SNAPSHOT_CORRUPT/)
  })
})
