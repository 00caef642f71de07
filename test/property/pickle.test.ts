/** Whatever value fast-check finds: it comes back equal, and its bytes depend on nothing but its structure. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { dis, dumps, loads } from '../../src/pickle/index.ts'

const scalar = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map(unit => String.fromCharCode(unit)) }),
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0, Symbol.iterator, Math.max),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array(),
  fc.float64Array(),
)

const { value } = fc.letrec(tie => ({
  value: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    scalar,
    fc.array(tie('value')),
    fc.dictionary(fc.string(), tie('value'), { noNullPrototype: false }),
    fc.array(fc.tuple(tie('value'), tie('value'))).map(entries => new Map(entries)),
    fc.array(tie('value')).map(members => new Set(members)),
    fc.sparseArray(tie('value')),
    tie('value').map(each => Object.freeze([each, each])),
    fc.tuple(fc.string(), tie('value')).map(([message, cause]) => new TypeError(message, { cause })),
  ),
}))

test('any value comes back equal, with equal bytes', () => {
  fc.assert(
    fc.property(value, each => {
      const bytes = dumps(each)
      const back = loads(bytes, { allow: key => key === 'js' })
      assert.deepEqual(back, each)
      assert.deepEqual(dumps(back), bytes)
      assert.match(dis(bytes), /STOP\n/)
    }),
  )
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
