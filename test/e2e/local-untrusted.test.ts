/** Calls of which nothing but data is taken. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { LocalProject } from '../support/local-project.ts'

const forbidden = { name: 'ModulePickleError', code: 'ERR_GLOBAL_FORBIDDEN', says: null, isOwn: false }

suite('calls of which only data is allowed', () => {
  test('give data and plain errors, and are ended by all that brings code', async () => {
    const project = new LocalProject()
    try {
      const { stderr: _, ...seen } = await project.seen<Record<string, unknown>>('untrusted')
      assert.deepEqual(seen, {
        data: { returned: { list: [1, 0], map: [[1, 2]] } },
        large: { returned: 1_000_000 },
        function: forbidden,
        instance: forbidden,
        error: { name: 'RangeError', code: null, says: 'of data', isOwn: false },
        'own error': { name: 'NegativePrice', code: null, says: 'a price cannot be -1', isOwn: false },
        'no pickle': { ...forbidden, code: 'ERR_UNPICKLABLE' },
        progress: { returned: 'done' },
        told: 7,
        'progress of code': forbidden,
        item: forbidden,
        trusted: { returned: true },
        misspelt: 'RangeError',
      })
    } finally {
      project.remove()
    }
  })
})
