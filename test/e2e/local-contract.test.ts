/** What calls can do beyond returning: stream, tell of themselves, be ended, be repeated, be listened to. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { LocalProject } from '../support/local-project.ts'

interface Failure {
  readonly message: string
  readonly code?: string
  readonly cause?: unknown
  readonly name?: string
}

suite('calls', () => {
  let project: LocalProject
  let seen: Readonly<Record<string, unknown>> & { readonly stderr: string }

  before(async () => {
    project = new LocalProject()
    seen = await project.seen('contract')
  })

  after(() => project.remove())

  const failure = (what: string): Failure => seen[what] as Failure

  test('that return an async iterable give its items in order', () => assert.deepEqual(seen['stream'], [100, 99]))

  test('make no more items than a few ahead of who takes them, and are ended by who stops', () => {
    const made = seen['made for one that was taken'] as number
    assert.ok(made > 1 && made < 40, String(made))
    assert.equal(seen['the generator was ended'], 'yes')
  })

  test('give the items before an error, then the error', () => {
    assert.equal(seen['taken before it threw'], 1)
    assert.equal(failure('stream that throws').name, 'NegativePrice')
    assert.equal(failure('stream of what cannot be pickled').code, 'ERR_UNPICKLABLE')
    assert.equal(seen['taken before it was lost'], 1)
    assert.equal(failure('stream of a lost worker').code, 'ERR_WORKER_LOST')
    assert.equal(seen['never'], undefined)
    assert.equal(seen['works after a stream that would not end'], 'yes')
  })

  test('know their id, attempt, signal and snapshot, and tell how far they are', () => {
    assert.equal(seen['outside of any call'], true)
    assert.deepEqual(seen['current call'], [true, 1, false, true, 64])
    assert.deepEqual(seen['progress'], [
      [true, 'begun'],
      [true, 'bill'],
    ])
  })

  test('end when their time is up or a signal aborts', () => {
    assert.equal(failure('timed out in a busy loop').code, 'ERR_CALL_TIMEOUT')
    assert.deepEqual(
      [failure('aborted before it began').code, failure('aborted before it began').cause],
      ['ERR_CALL_CANCELLED', 'no'],
    )
    assert.equal(failure('aborted').code, 'ERR_CALL_CANCELLED')
    assert.equal(seen['a call that ends when told keeps its worker'], true)
  })

  test('are repeated for a lost worker where that is asked for, else as `when` says', () => {
    assert.equal(seen['repeated'], 2)
    assert.equal(failure('not repeated').name, 'NegativePrice')
    assert.equal(failure('repeated as `when` says').name, 'NegativePrice')
    assert.equal(seen['attempts'], 2)
  })

  test('print to who listens instead of stderr', () => {
    assert.deepEqual(seen['lines'], ['stdout to the listener'])
    assert.doesNotMatch(seen.stderr, /to the listener/)
  })

  test('are not ended by what an earlier one has left behind', () => {
    assert.equal(seen['during the next call'], 'fine')
    assert.match(seen.stderr, /left running threw: Error: left behind/)
  })

  test('that are submitted have a handle, which is no promise; options that mean nothing are refused', () => {
    assert.deepEqual(seen['handle'], [false, 'string', 3])
    assert.equal(failure('attach').code, 'ERR_EXECUTOR_UNSUPPORTED')
    assert.match(failure('no such option').message, /with\(\) has no option timeout/)
    assert.equal(failure('closed').code, 'ERR_EXECUTOR_CLOSED')
  })
})
