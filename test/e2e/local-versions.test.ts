/** However many versions of the code are run, few workers are kept and nothing of what is past. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { LocalProject } from '../support/local-project.ts'

interface Seen {
  readonly pids: number
  readonly most: number
  readonly heaps: readonly number[]
  readonly isKept: boolean
  readonly failed: number
  readonly left: number
}

const versions = 12

suite('twelve versions of the code on one worker at a time', () => {
  let project: LocalProject
  let seen: Seen

  before(async () => {
    project = new LocalProject()
    seen = await project.seen<Seen>('versions', { VERSIONS: String(versions) })
  })

  after(() => project.remove())

  test('have a process each, which is used again while the code is the same', () => {
    assert.deepEqual([seen.pids, seen.isKept, seen.failed], [versions, true, 0])
  })

  test('of which only the last few are kept', () => {
    assert.ok(seen.most <= 3, String(seen.most))
    assert.equal(seen.left, 0)
  })

  test('cost the sender next to nothing each', () => {
    const [early = 0, late = 0] = [seen.heaps[7], seen.heaps.at(-1)]
    const perVersion = (late - early) / (versions - 8)
    assert.ok(perVersion < 128 * 1024, `${perVersion} bytes a version`)
  })
})
