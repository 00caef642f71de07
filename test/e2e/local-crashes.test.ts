/** What ends a worker ends its call, which says why, and nobody else's. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { LocalProject } from '../support/local-project.ts'

interface Failure {
  readonly message: string
  readonly code?: string
}

suite('a worker that crashes', () => {
  let project: LocalProject
  let seen: Readonly<Record<string, unknown>>

  before(async () => {
    project = new LocalProject()
    seen = await project.seen('crashes')
  })

  after(() => project.remove())

  const failure = (what: string): Failure => seen[what] as Failure

  test('because its heap is full says so, and how to give it more', () => {
    assert.equal(failure('heap').code, 'ERR_WORKER_LOST')
    assert.match(failure('heap').message, /JavaScript heap was full: .*--max-old-space-size=MiB/)
  })

  test('in native code says so', () => {
    assert.equal(failure('abort').code, 'ERR_WORKER_LOST')
    assert.match(failure('abort').message, /SIGABRT before the call was done\. Native code gave up/)
    assert.match(failure('segfault').message, /SIGSEGV before the call was done\. Native code/)
  })

  test('takes no other call with it, and is replaced', () => {
    assert.equal(seen['steady'], 'undisturbed')
    assert.equal(seen['heals'], 'yes')
  })

  test('is one of its own for each call where that is asked for', () => {
    assert.deepEqual([seen['counts'], seen['processes']], [[1, 1, 1, 1], 4])
  })

  test('has no resources to share out', () => {
    assert.equal(failure('resources').code, 'ERR_EXECUTOR_UNSUPPORTED')
    assert.match(failure('resources that mean nothing').message, /resources\.gpu has to be a number/)
  })
})
