/** What cannot be pickled fails with the path to it and what to do instead. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Pickler, dumps } from '../../../src/pickle/index.ts'
import { ModulePickleError } from '../../../src/errors.ts'

class Socket {
  readonly fd = 3
}

function* numbers(): Generator<number> {
  yield 1
}

const refused: [name: string, value: unknown, path: string, message: RegExp][] = [
  [
    'an instance deep inside',
    { args: [{ config: { client: { socket: new Socket() } } }] },
    'args[0].config.client.socket',
    /class Socket/,
  ],
  ['the root itself', new Socket(), 'value', /registerReducer/],
  ['a function', [() => 1], '[0]', /modulepickle\/cloudpickle/],
  ['a class', { Socket }, 'Socket', /class Socket/],
  ['a method', { run() {} }, 'run', /function run/],
  ['a promise', { p: Promise.resolve() }, 'p', /Promise.*Await it/],
  ['a weak map', { w: new WeakMap() }, 'w', /Use a Map/],
  ['a weak reference', { w: new WeakRef({}) }, 'w', /what it refers to/],
  ['a running generator', { g: numbers() }, 'g', /generator.*array/],
  ['an iterator in use', { i: [1].values() }, 'i', /iterate/i],
  ['an abort signal', { s: new AbortController().signal }, 's', /AbortSignal/],
  ['headers', { h: new Headers() }, 'h', /Headers/],
  ['a map value', { m: new Map([['k', numbers()]]) }, 'm.get("k")', /generator/],
  ['a map key', { m: new Map([[numbers(), 1]]) }, 'm → key 0', /generator/],
  ['a set member', new Set([1, numbers()]), 'value → member 1', /generator/],
  ['an odd key', { 'not an identifier': numbers() }, '["not an identifier"]', /generator/],
  ['a symbol key', { [Symbol('s')]: numbers() }, '[Symbol(s)]', /generator/],
  ['the cause of an error', new Error('x', { cause: numbers() }), 'cause', /generator/],
  ['a revoked proxy', { p: revokedProxy() }, 'p', /proxy/],
]

for (const [name, value, path, message] of refused) {
  test(`fails with its path: ${name}`, () => {
    assert.throws(
      () => dumps(value),
      (error: unknown) => {
        assert.ok(error instanceof ModulePickleError)
        assert.equal(error.code, 'ERR_UNPICKLABLE')
        assert.equal(error.path, path)
        assert.match(error.message, message)
        assert.ok(error.message.startsWith(`${path}: `))
        return true
      },
    )
  })
}

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

test('a very long path is shown from both ends', () => {
  let value: unknown = new Socket()
  for (let i = 0; i < 100_000; i++) value = { next: value }
  assert.throws(
    () => dumps(value),
    (error: unknown) => {
      assert.ok(error instanceof ModulePickleError)
      assert.match(error.path ?? '', /^next\.next.* more .*next$/)
      assert.ok((error.path ?? '').length < 400)
      return true
    },
  )
})

test('an error of a hook keeps its code and gets the path', () => {
  class Failing extends Pickler {
    protected override reducerOverride(value: object | symbol): undefined {
      if (value instanceof Socket) throw new ModulePickleError('ERR_CAPTURE_UNSUPPORTED', 'no sockets here')
    }
  }
  assert.throws(() => new Failing().dump({ a: [new Socket()] }), {
    code: 'ERR_CAPTURE_UNSUPPORTED',
    path: 'a[0]',
    message: 'a[0]: no sockets here',
  })
})

test('an error of a reducer becomes the cause', () => {
  const failure = new Error('mine')
  const value = {
    [Symbol.for('modulepickle.reduce')]() {
      throw failure
    },
  }
  assert.throws(() => dumps({ value }), { code: 'ERR_UNPICKLABLE', path: 'value', cause: failure })
})
