/** Strings, by whatever of the platform's help there is: always the same bytes and the same strings. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { dumps, loads } from '../../../src/pickle/index.ts'

/** Around every length at which another way is taken. */
const lengths = [
  0, 1, 3, 4, 11, 12, 13, 24, 40, 41, 84, 85, 86, 127, 128, 255, 256, 21_845, 21_846, 65_535, 65_536, 70_000,
]
const units = ['a', 'é', '漢', '😀', '\ud800', '\udc00', '\ufffd', '\ufeff', '\0']
const strings = lengths.flatMap(length => units.flatMap(unit => [unit.repeat(length), `${'x'.repeat(length)}${unit}`]))

test('a string of any length and kind comes back as it was', () => {
  for (const text of strings) assert.equal(loads(dumps(text)), text)
})

test('without the help of the platform, bytes and strings are the same', () => {
  const program = `
    const { createHash } = require('node:crypto')
    for (const name of process.argv[2].split(',')) delete globalThis[name]
    import(process.argv[1]).then(({ dumps, loads }) => {
      const strings = JSON.parse(process.argv[3])
      const bytes = dumps(strings)
      if (JSON.stringify(loads(bytes)) !== JSON.stringify(strings)) throw new Error('not the same')
      console.log(createHash('sha256').update(bytes).digest('hex'))
    })`
  const short = JSON.stringify(strings.filter(text => text.length < 300))
  const run = (missing: string): string => {
    const module = new URL('../../../src/pickle/index.ts', import.meta.url).href
    return execFileSync(process.execPath, ['-e', program, module, missing, short], { encoding: 'utf8' })
  }
  const all = run('none')
  for (const missing of ['Buffer', 'TextDecoder', 'TextEncoder', 'Buffer,TextDecoder,TextEncoder']) {
    assert.equal(run(missing), all, `without ${missing}`)
  }
})
