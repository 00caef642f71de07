/** Whatever value is generated: it comes back exactly, its bytes depend on its structure alone, and CPython agrees. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import * as fc from 'fast-check'
import { dis, dumps, loads } from '../../src/pickle/index.ts'
import { differenceOf } from './pickle-identical.ts'
import { PythonPeer } from './pickle-peer.ts'
import { anything, common } from './pickle-values.ts'

const peer = new PythonPeer()
after(() => peer.close())

/** Values of one exchange with CPython. */
const batch = 100

function assertSame(given: unknown, back: unknown, what: string, hasSetOrder?: boolean): void {
  const difference = differenceOf(given, back, hasSetOrder)
  if (difference !== undefined) assert.fail(`${what}: ${difference}`)
}

/** Which characters Python prints as they are depends on the version of Unicode that it knows. */
function escaped(listing: string): string {
  const escape = (character: string): string => {
    const code = character.codePointAt(0)!.toString(16)
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`
  }
  return listing.replace(/\\x(?=[89a-f])/g, '\\u00').replace(/[\u0080-\u{10ffff}]/gu, escape)
}

test('ten thousand values of every kind come back exactly, with equal bytes, and CPython lists their pickles alike', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anything, { minLength: batch, maxLength: batch }), async values => {
      const pickles = values.map(each => dumps(each))
      const answers = await peer.listed(pickles)
      for (const [index, value] of values.entries()) {
        const bytes = pickles[index] as Uint8Array
        const back = loads(bytes)
        assertSame(value, back, 'read again')
        assert.ok(Buffer.from(dumps(back)).equals(bytes), 'the bytes differ')
        const [listing, optimized] = answers[index]!
        assert.equal(escaped(dis(bytes)), escaped(listing))
        assertSame(value, loads(optimized), 'optimized')
      }
    }),
    { numRuns: 100 },
  )
})

test('ten thousand values go to CPython and back, through every protocol', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(common, { minLength: batch, maxLength: batch }), async values => {
      const answers = await peer.through(values.map(each => dumps(each)))
      for (const [index, value] of values.entries()) {
        const [again, optimized] = answers[index]!
        assertSame(value, loads(again, { allow: 'data' }), 'through CPython', false)
        assertSame(value, loads(optimized, { allow: 'data' }), 'optimized')
      }
    }),
    { numRuns: 100 },
  )
})

test('ten thousand values of CPython come here and go back, in every protocol', async () => {
  for (let seed = 0; seed < 20; seed++) {
    const pickles = await peer.generated(seed, 500)
    const back = pickles.map(each => dumps(loads(each, { python: true, allow: 'data' })))
    assert.deepEqual(await peer.differing(back), [], `seed ${seed}`)
    for (const each of pickles) loads(each, { allow: 'data' })
  }
})

test('any bytes are a pickle or an error of this package', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), bytes => {
      try {
        loads(bytes, { allow: 'data' })
      } catch (error) {
        assert.equal((error as Error).name, 'ModulePickleError')
      }
    }),
    { numRuns: 2000 },
  )
})
