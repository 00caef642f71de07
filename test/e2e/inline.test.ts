/** `inline:`: calls that run in the process that makes them, by the same way as all others. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { LocalProject } from '../support/local-project.ts'

interface Failure {
  readonly message: string
  readonly code?: string
  readonly stack: readonly string[]
  readonly isOwnClass: boolean
}

suite('calls inline', () => {
  let project: LocalProject
  let seen: Readonly<Record<string, unknown>>

  before(async () => {
    project = new LocalProject()
    seen = await project.seen('inline')
  })

  after(() => project.remove())

  const failure = (what: string): Failure => seen[what] as Failure

  test('run in this process, with the code of a snapshot and copies of what they are given', () => {
    assert.equal(seen['process'], true)
    assert.equal(seen['file'], true)
    assert.deepEqual(seen['copied'], { n: 42 })
    assert.deepEqual(seen['map'], [2, 4, 6])
    assert.deepEqual((seen['remote'] as unknown[]).slice(0, 3), [1, 1, 64])
    assert.equal(seen['taken'], 3)
    assert.equal(seen['stats'], 0)
  })

  test('fail with errors of the own classes, told on the own lines', () => {
    const { isOwnClass, stack } = failure('own error')
    assert.equal(isOwnClass, true)
    const frames = stack.filter(line => line.startsWith('    at '))
    assert.match(frames[0] ?? '', /bill \(.*\/src\/prices\.ts:\d+/)
    assert.match(frames[1] ?? '', /inline\.ts:\d+/)
    assert.match(frames.at(-1) ?? '', /<executor inline:, snapshot [0-9a-f]{8}>/)
  })

  test('end as those of workers do', () => {
    assert.equal(failure('timeout').code, 'ERR_CALL_TIMEOUT')
    assert.equal(failure('closed').code, 'ERR_EXECUTOR_CLOSED')
    assert.match(failure('options').message, /connect\(\) has no option workers. It has fresh/)
  })
})
