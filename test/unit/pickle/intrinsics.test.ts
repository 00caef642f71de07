/** Intrinsics by name: `js Array.prototype.map`, `js Math.max`, `js setTimeout`. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { Global, dumps, intrinsicByName, intrinsicName, loads } from '../../../src/pickle/index.ts'

const getFlags = Object.getOwnPropertyDescriptor(RegExp.prototype, 'flags')?.get as () => string

const examples: [string, object | symbol][] = [
  ['Array.prototype.map', Array.prototype.map],
  ['Math.max', Math.max],
  ['Math', Math],
  ['Object.prototype', Object.prototype],
  ['Promise', Promise],
  ['Error', Error],
  ['get RegExp.prototype.flags', getFlags],
  ['Symbol.iterator', Symbol.iterator],
  ['globalThis', globalThis],
  ['setTimeout', setTimeout],
  ['console', console],
  ['console.log', console.log],
  ['Buffer', Buffer],
  ['Buffer.prototype.readInt8', Buffer.prototype.readInt8],
  ['process', process],
  ['process.env', process.env],
  ['structuredClone', structuredClone],
  ['TypedArray', Object.getPrototypeOf(Int8Array) as object],
  ['Headers', Headers],
]

for (const [name, value] of examples) {
  test(`is pickled by name: ${name}`, () => {
    assert.equal(intrinsicName(value), name)
    assert.equal(intrinsicByName(name), value)
    assert.equal(loads<{ value: unknown }>(dumps({ value })).value, value)
  })
}

test('the environment travels by name, never by content', () => {
  process.env['PICKLE_TEST_SECRET'] = 'do-not-ship'
  assert.ok(!Buffer.from(dumps({ env: process.env })).includes('do-not-ship'))
  delete process.env['PICKLE_TEST_SECRET']
})

test('every name that is given is found again', () => {
  const seen = ['Array', 'Intl', 'WebAssembly', 'Reflect', 'String'].flatMap(root =>
    Reflect.ownKeys(Reflect.get(globalThis, root) as object).map(key => `${root}.${String(key)}`),
  )
  for (const name of seen) {
    const value = intrinsicByName(name)
    if (value === undefined) continue
    assert.equal(intrinsicByName(intrinsicName(value) as string), value, name)
  }
})

test('what a program hangs into built-in objects gets no name', () => {
  const program = `
    const { intrinsicName } = await import(${JSON.stringify(new URL('../../../src/pickle/index.ts', import.meta.url))})
    Array.prototype.mine = function mine() {}
    Math.settings = { deep: { fn() {} } }
    Object.defineProperty(globalThis, 'Atomics', { get() { throw new Error('ran') } })
    console.log(JSON.stringify([Array.prototype.mine, Math.settings, Math.max].map(each => intrinsicName(each) ?? null)))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  assert.equal(stdout.trim(), '[null,null,"Math.max"]', stderr)
})

test('names that are no entries of the table are unknown, whatever they would evaluate to', () => {
  for (const name of [
    'process.exit.constructor',
    'globalThis.process',
    '__proto__',
    'Object.prototype.__proto__',
    '',
    'Array.x',
  ]) {
    assert.throws(() => loads(dumps(new Global('js', name))), { code: 'ERR_GLOBAL_UNKNOWN' }, name)
  }
})

test('names work across Node versions: a missing one says so', () => {
  assert.throws(() => loads(dumps(new Global('js', 'Math.sumOfAll'))), { message: /does not exist in this version/ })
})
