/** Large buffers beside the pickle: exact, as of the moment of the call, and copied no more than that takes. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { LocalProject } from '../support/local-project.ts'

suite('large buffers', () => {
  let project: LocalProject
  let seen: Readonly<Record<string, unknown>>

  before(async () => {
    project = new LocalProject()
    seen = await project.seen('large')
  })

  after(() => project.remove())

  for (const target of ['local:', 'inline:']) {
    test(`${target} are those of the moment of the call`, () => {
      assert.deepEqual(seen[`${target} moment`], [100_000, 200_000])
    })

    test(`${target} share what they shared, and nothing else`, () => {
      assert.deepEqual(seen[`${target} sharing`], [7, true, true])
    })

    test(`${target} that a function has captured are its own there`, () => {
      assert.deepEqual(seen[`${target} captured`], [0, 1, 0])
    })

    test(`${target} can be items and progress`, () => {
      const sizes = [100_000, 200_000, 300_000]
      assert.deepEqual(seen[`${target} streamed`], [sizes.flatMap((size, index) => [size, index + 1]), sizes])
    })
  }

  test('arrive without another copy', () => {
    // What was read from the pipe and is not collected yet counts, too.
    const [last, copies] = seen['copies here'] as [number, number]
    assert.equal(last, 3)
    assert.ok(copies < 1.9, `${copies} copies of a result`)
    assert.ok((seen['copies there'] as number) < 1.9, `${seen['copies there']} copies of an argument`)
  })
})
