/** Sharing and cycles survive, at any depth. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dumps, loads } from '../../../src/pickle/index.ts'

function copy<T>(value: T): T {
  return loads<T>(dumps(value))
}

test('what is one object stays one object, in every kind of container', () => {
  const shared = { id: 1 }
  const date = new Date(5)
  const back = copy({
    shared,
    date,
    list: [shared, date],
    map: new Map<unknown, unknown>([[shared, date]]),
    set: new Set([shared]),
  })
  assert.equal(back.list[0], back.shared)
  assert.equal(back.list[1], back.date)
  assert.deepEqual([...back.map], [[back.shared, back.date]])
  assert.ok(back.set.has(back.shared))
})

test('equal strings are written once', () => {
  const text = 'a string of some length'
  const once = dumps([text]).length
  assert.ok(dumps(Array.from({ length: 10 }, () => text)).length < once + 25)
})

test('cycles come back through arrays, objects, maps, sets, errors and frozen objects', () => {
  const list: unknown[] = []
  const object: Record<string, unknown> = { list }
  const map = new Map<unknown, unknown>([['object', object]])
  const set = new Set<unknown>([map])
  const error = new Error('cyclic', { cause: set })
  const frozen = Object.freeze({ error })
  const bare = Object.assign(Object.create(null), { frozen })
  list.push(bare, list)
  object['frozen'] = frozen
  map.set(map, list)
  set.add(set)

  const back = copy(list)
  const backBare = back[0] as { frozen: { error: Error } }
  const backSet = backBare.frozen.error.cause as Set<unknown>
  const backMap = [...backSet][0] as Map<unknown, unknown>
  assert.equal(back[1], back)
  assert.ok(backSet.has(backSet))
  assert.equal(backMap.get(backMap), back)
  assert.equal((backMap.get('object') as Record<string, unknown>)['frozen'], backBare.frozen)
  assert.equal((backMap.get('object') as Record<string, unknown>)['list'], back)
  assert.ok(Object.isFrozen(backBare.frozen))
})

test('an object can be its own symbol-keyed property and its own accessor-free prototype holder', () => {
  const self: Record<symbol, unknown> = {}
  self[Symbol.for('self')] = self
  const back = copy(self)
  assert.equal(back[Symbol.for('self')], back)
})

test('a million nested lists, objects and maps are written and read without recursion', () => {
  let list: unknown = null
  for (let i = 0; i < 1_000_000; i++) list = [list]
  let depth = 0
  for (let each = copy(list); each !== null; each = (each as unknown[])[0]) depth++
  assert.equal(depth, 1_000_000)

  let mixed: unknown = null
  for (let i = 0; i < 50_000; i++) mixed = { next: new Map([[0, Object.freeze([new Set([mixed])])]]) }
  assert.equal(dumps(loads(dumps(mixed))).length, dumps(mixed).length)
})

test('equal structure gives equal bytes', () => {
  const make = (): unknown => ({
    a: [1, { b: new Map([['x', new Date(1)]]) }],
    c: Buffer.from('abc'),
    d: Symbol('s'),
    e: Number.NaN,
  })
  const before = dumps(make())
  for (let i = 0; i < 50; i++) Buffer.from(`fill the pool ${i}`)
  assert.deepEqual(dumps(make()), before)
})
