/** `local:` workers whose conversations are signed. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { LocalProject } from '../support/local-project.ts'
import { nodeOfMajor } from '../support/project.ts'
import { unlessNode } from '../support/requirements.ts'

suite('signed conversations with local workers', () => {
  let project: LocalProject
  before(() => (project = new LocalProject('plain ESM')))
  after(() => project.remove())

  const expected = {
    bill: { total: 4.4 },
    large: 5_000_000,
    environment: [],
    exit: true,
    afterwards: 'still there',
    unusable: 'ERR_KEY_UNUSABLE',
    'unusable inline': 'ERR_KEY_UNUSABLE',
  }

  for (const major of [20, 24, 26] as const) {
    test(`do all that others do, on Node ${major}`, { skip: unlessNode(major) }, async () => {
      const { stderr: _, ...seen } = await project.seen<Record<string, unknown>>('keys', {}, nodeOfMajor(major))
      assert.deepEqual(seen, expected)
    })
  }

  test('are held where MODULEPICKLE_KEY has a key', async () => {
    const env = { MODULEPICKLE_KEY: randomBytes(32).toString('base64'), NODE_DEBUG: 'modulepickle-protocol' }
    const { stats } = await project.seen<{ stats: { failed: number } }>('values', { ...env, INHERITED: 'yes' })
    assert.ok(stats.failed >= 2)
    assert.equal((await project.start('values', { MODULEPICKLE_KEY: 'too short' })).code, 1)
  })
})
