/** NODE_OPTIONS of a worker: nothing that loads the sender's files, everything else as it was. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { withoutHooks } from '../../../src/executors/local/node-options.ts'

const cases: readonly (readonly [given: string, left: string | undefined])[] = [
  ['', undefined],
  ['--max-old-space-size=4096', '--max-old-space-size=4096'],
  ['--import tsx', undefined],
  ['--import=tsx --max-old-space-size=4096', '--max-old-space-size=4096'],
  ['-r ./a.cjs --no-warnings --require ./b.cjs', '--no-warnings'],
  ['--experimental-loader ./hooks.mjs --conditions development', '--conditions development'],
  ['--inspect --no-warnings --inspect-brk=127.0.0.1:0', '--no-warnings'],
  ['--inspect-port 9300 --no-warnings', '--no-warnings'],
  ['--require "./a \\"quoted\\" path.cjs" --title "two words"', '--title "two words"'],
  ['--require-module-something', '--require-module-something'],
]

suite('NODE_OPTIONS for a worker', () => {
  for (const [given, left] of cases) {
    test(`${given || '(empty)'} becomes ${left ?? '(nothing)'}`, () => assert.equal(withoutHooks(given), left))
  }
})
