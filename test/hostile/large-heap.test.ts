/**
 * What only a snapshot of the heap could tell, in a heap that is too large for one: refused at once, with the way out.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getHeapStatistics } from 'node:v8'
import { dumps } from '../../src/cloudpickle/index.ts'
import { isModulePickleError } from '../../src/errors.ts'

class Base {
  hi(): string {
    return 'base'
  }
}
class Derived extends Base {
  arrow(): () => string {
    return () => super.hi()
  }
}

test('nothing but the heap tells the super of an arrow: a large one is not looked at', () => {
  const before = new Derived().arrow()
  assert.ok(dumps(before).length > 0)
  const large = Array.from({ length: 20_000_000 }, (_, index) => index + 0.5)
  const began = performance.now()
  assert.throws(
    () => dumps(new Derived().arrow()),
    error => isModulePickleError(error, 'ERR_CAPTURE_UNSUPPORTED') && /whose `super` it uses/.test(error.message),
  )
  assert.ok(performance.now() - began < 5000)
  assert.ok(dumps(before).length > 0, 'what was told before stays known')
  assert.equal(large.length, 20_000_000)
})

test('garbage does not make a heap large', () => {
  let garbage: object[] | undefined
  const used = (): number => getHeapStatistics().used_heap_size
  do {
    garbage = [...(garbage ?? []), Array.from({ length: 1_000_000 }, (_, index) => index + 0.5)]
  } while (used() < 200 * 2 ** 20)
  garbage = undefined
  assert.ok(used() > 128 * 2 ** 20, 'nothing has collected it yet')
  assert.ok(dumps(new Derived().arrow()).length > 0)
})
