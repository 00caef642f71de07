/** Strict and sloppy functions stay what they are. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Project } from '../support/project.ts'

test('a directive of the function around a closure still counts, and its absence too', async t => {
  const project = new Project({
    'package.json': '{"name":"strictness"}',
    'main.js': `
      const { dumps, loads } = require('modulepickle')
      const seen = function () { return this === undefined ? 'strict' : 'sloppy' }
      const around = () => { 'use strict'; return function () { return this === undefined ? 'strict' : 'sloppy' } }
      const shared = () => { 'use strict'; const k = 1; return { f() { return k && this === undefined } } }
      ;(async () => {
        const call = async f => (0, await loads(dumps(f)))()
        console.log(await call(seen), await call(around()), await call(shared().f))
      })()`,
  })
  t.after(() => project.remove())
  project.installModulepickle()
  const { stdout, stderr } = await project.run('plain CommonJS', 'main.js')
  assert.equal(stdout, 'sloppy strict true\n', stderr)
})
