/** Debuggers attach to workers where that is asked for, and workers wait for them where that is. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LocalProject } from '../support/local-project.ts'

test('a debugger can attach to a worker with `inspect`, whose code waits for it with `wait`', async () => {
  const project = new LocalProject()
  try {
    const { stderr, ...seen } = await project.seen<Readonly<Record<string, unknown>>>('inspect')
    assert.match(String(seen['inspected']), /^ws:\/\/127\.0\.0\.1:\d+\//)
    assert.match(stderr, /\[process \d+\] Debugger listening on ws:/)
    assert.equal(seen['not inspected'], true)
    assert.deepEqual([seen['done before'], seen['done after']], [false, 'attached'])
  } finally {
    project.remove()
  }
})
