/** What a pickle may find and call, and what it may never change. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Dict, Global, Reduced, Tuple, Unpickler, dumps, loads, type Reduction } from '../../../src/pickle/index.ts'

function js(name: string): Global {
  return new Global('js', name)
}

function call(callee: unknown, ...args: unknown[]): Reduced {
  return new Reduced({ callee, args })
}

function made(reduction: Reduction): Uint8Array {
  return dumps(new Reduced(reduction))
}

const everything = {
  list: [1, undefined, 2n],
  map: new Map([[1, new Date(0)]]),
  error: new TypeError('x'),
  bytes: Buffer.from('b'),
  frozen: Object.freeze([Symbol.iterator, Symbol.for('x'), /a/]),
  sparse: [, 1], // oxlint-disable-line no-sparse-arrays
  url: new URL('http://a/'),
}

test('data of every kind loads with `allow: data`', () => {
  assert.deepEqual(loads(dumps(everything), { allow: 'data' }), everything)
})

test('functions are not data', () => {
  for (const value of [Math.max, Function, globalThis, process, Array.prototype, console.log, Reflect]) {
    assert.throws(() => loads(dumps([value]), { allow: 'data' }), { code: 'ERR_GLOBAL_FORBIDDEN' })
  }
})

test('a forbidden global is not even asked for', () => {
  class Asking extends Unpickler {
    override findClass(module: string, name: string): unknown {
      assert.notEqual(module, 'evil')
      return super.findClass(module, name)
    }
  }
  const bytes = dumps(new Global('evil', 'run'))
  assert.throws(() => new Asking(bytes, { allow: 'data' }).load(), { code: 'ERR_GLOBAL_FORBIDDEN' })
  assert.throws(() => new Asking(bytes, { allow: module => module === 'js' }).load(), { code: 'ERR_GLOBAL_FORBIDDEN' })
})

test('a predicate admits names, and intrinsics that it admits are still not called', () => {
  const options = { allow: (module: string) => module === 'js' }
  assert.equal(loads(dumps(Math.max), options), Math.max)
  assert.throws(() => loads(dumps(call(js('Function'), 'return process')), options), { code: 'ERR_GLOBAL_FORBIDDEN' })
  assert.throws(() => loads(dumps(call(js('Reflect.apply'), js('Math.max'))), options), {
    code: 'ERR_GLOBAL_FORBIDDEN',
  })
})

test('what a predicate admits from a subclass is called', () => {
  class Own extends Unpickler {
    override findClass(module: string, name: string): unknown {
      return module === 'own' ? (n: number) => n + 1 : super.findClass(module, name)
    }
  }
  const bytes = dumps(call(new Global('own', 'increment'), 1))
  assert.equal(new Own(bytes, { allow: module => module === 'own' }).load(), 2)
})

const state = new Dict(['polluted', true])

/** Attempts to change what is not the pickle's own; all with everything allowed. */
const attacks: [name: string, bytes: Uint8Array][] = [
  [
    'BUILD on a prototype',
    dumps(new Tuple([call(js('restore'), js('Object.prototype'), new Tuple([undefined, 0, new Tuple([])]))])),
  ],
  [
    'a setter on a found object',
    made({ callee: js('restore'), args: [js('Array.prototype'), new Tuple([undefined, 0, new Tuple(['x', 7, 1])])] }),
  ],
  [
    'freezing a found object',
    made({ callee: js('restore'), args: [js('Math'), new Tuple([undefined, 3, new Tuple([])])] }),
  ],
  ['the prototype of a class', made({ callee: js('prototypeOf'), args: [js('Map')], state })],
  [
    'the prototype of a class, restored',
    made({
      callee: js('restore'),
      args: [call(js('prototypeOf'), js('Set')), new Tuple([undefined, 0, new Tuple(['x', 7, 1])])],
    }),
  ],
]

for (const [name, bytes] of attacks) {
  test(`what was found by name cannot be changed: ${name}`, () => {
    assert.throws(() => loads(bytes), { code: 'ERR_PICKLE_CORRUPT' })
    assert.equal(Reflect.get({}, 'polluted'), undefined)
    assert.ok(Object.isExtensible(Math))
    assert.ok(!('x' in []))
    assert.ok(!('x' in new Set()))
  })
}

test('a __proto__ key in a dict or in state is an own property, not a prototype', () => {
  const dict = loads<object>(dumps(new Dict(['__proto__', { polluted: 1 }])))
  assert.equal(Object.getPrototypeOf(dict), Object.prototype)
  assert.deepEqual(Reflect.ownKeys(dict), ['__proto__'])
  const built = loads<object>(made({ callee: js('Error'), args: [], state: new Dict(['__proto__', { polluted: 1 }]) }))
  assert.equal(Object.getPrototypeOf(built), Error.prototype)
})

test('bad arguments to what makes values are an error with an offset', () => {
  const bad: Reduced[] = [
    call(js('RegExp'), '(', ''),
    call(js('URL'), 'no url'),
    call(js('Array'), 2 ** 32),
    call(js('Array'), -1),
    call(js('Float64Array'), Uint8Array.of(1, 2), 0, 5),
    call(js('Uint8Array'), [1, 2]),
    call(js('ArrayBuffer'), Uint8Array.of(1), 2 ** 53 - 1),
    call(js('Object'), [1]),
    call(js('Object.create'), 1),
    call(js('restore'), {}, 1),
    call(js('restore'), {}, new Tuple([1, 0, new Tuple([])])),
    call(new Global('datetime', 'datetime'), 'short'),
    call(new Global('builtins', 'bytes'), [256]),
    call(new Global('collections', 'OrderedDict'), [1]),
  ]
  for (const [i, value] of bad.entries()) {
    assert.throws(
      () => loads(dumps(value), { allow: 'data' }),
      { code: 'ERR_PICKLE_CORRUPT', message: /^at byte \d+ \(REDUCE\)/ },
      `case ${i}`,
    )
  }
})

test('an array of four thousand million holes takes no memory', () => {
  const array = loads<unknown[]>(dumps(call(js('Array'), 2 ** 32 - 1)))
  assert.equal(array.length, 2 ** 32 - 1)
})
