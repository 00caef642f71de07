/** What subclasses decide: names, reductions, persistent ids, late strings, the preamble. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  Global,
  Labelled,
  Late,
  Pickler,
  Reduced,
  Tuple,
  Unpickler,
  dumps,
  loads,
  readPreamble,
  reduceSymbol,
  registerReducer,
  type Reduction,
} from '../../../src/pickle/index.ts'
import { pickletoolsListing } from './python.ts'

class Point {
  readonly x: number
  readonly y: number
  constructor(x: number, y: number) {
    this.x = x
    this.y = y
  }
}

function makePair(a: unknown, b: unknown): unknown[] {
  return [a, b]
}

function setState(target: Record<string, unknown>, state: unknown): void {
  target['set'] = state
}

const named: Record<string, unknown> = { Point, makePair, setState }

/** Ships what `named` holds by name, in a module whose name is known late. */
class NamingPickler extends Pickler {
  readonly #module = new Late(() => 'snapshot:abc')
  readonly manifest: unknown = undefined

  constructor(manifest?: unknown) {
    super()
    this.manifest = manifest
  }

  protected override reducerOverride(value: object | symbol): Reduction | Global | undefined {
    const entry = Object.entries(named).find(([, each]) => each === value)
    return entry === undefined ? undefined : new Global(this.#module, entry[0])
  }

  protected override preamble(): unknown {
    return this.manifest
  }
}

class NamingUnpickler extends Unpickler {
  override findClass(module: string, name: string): unknown {
    return module === 'snapshot:abc' ? named[name] : super.findClass(module, name)
  }

  override persistentLoad(id: unknown): unknown {
    return { persistent: id }
  }
}

function copy(value: unknown, manifest?: unknown): unknown {
  const bytes = new NamingPickler(manifest).dump(value)
  assert.match(pickletoolsListing(bytes), /STOP/)
  return new NamingUnpickler(bytes).load()
}

test('an instance of a class that has a name is made without its constructor', () => {
  const back = copy([new Point(1, 2), Point]) as [Point, unknown]
  assert.ok(back[0] instanceof Point)
  assert.deepEqual({ ...back[0] }, { x: 1, y: 2 })
  assert.equal(back[1], Point)
})

test('an instance state goes around setters and __proto__', () => {
  const point = Object.defineProperty(new Point(1, 2), '__proto__', {
    value: 3,
    enumerable: true,
    writable: true,
    configurable: true,
  })
  const back = copy(point) as Point
  assert.ok(back instanceof Point)
  assert.equal(Object.getOwnPropertyDescriptor(back, '__proto__')?.value, 3)
})

test('an instance of a class that extends a built-in one keeps both', () => {
  class Registry extends Map<string, unknown> {
    label = 'r'
  }
  named['Registry'] = Registry
  const back = copy(new Registry([['a', 1]])) as Registry
  delete named['Registry']
  assert.ok(back instanceof Registry)
  assert.equal(back.get('a'), 1)
  assert.equal(back.label, 'r')
})

test('a name and a late string are written once', () => {
  const bytes = Buffer.from(new NamingPickler().dump([new Point(1, 2), Point, makePair, new Point(3, 4)]))
  assert.equal(bytes.toString('latin1').split('snapshot:abc').length, 2)
  assert.equal(bytes.toString('latin1').split('Point').length, 2)
})

test('a late string of any length is a string', () => {
  for (const length of [0, 1, 255, 256, 65_535, 65_536, 100_000]) {
    const late = new Late(() => 'é'.repeat(length))
    const bytes = dumps([late, 'between', late, 1])
    assert.deepEqual(loads(bytes), ['é'.repeat(length), 'between', 'é'.repeat(length), 1])
    assert.match(pickletoolsListing(bytes), /STOP/)
  }
})

test('the text of a late string is asked for once, when all else is known, before the preamble', () => {
  const order: string[] = []
  class Ordered extends Pickler {
    protected override reducerOverride(value: object | symbol): undefined {
      if (value === last) order.push('body')
    }
    protected override preamble(): unknown {
      order.push('preamble')
      return undefined
    }
  }
  const last = {}
  const late = new Late(() => {
    order.push('text')
    return 'x'
  })
  new Ordered().dump([late, late, last])
  assert.deepEqual(order, ['body', 'text', 'preamble'])
})

test('a reduction calls a function with arguments, sets state by a setter, and is shared', () => {
  const key = {}
  class Reducing extends NamingPickler {
    protected override reducerOverride(value: object | symbol): Reduction | Global | undefined {
      if (value !== key) return super.reducerOverride(value)
      return { callee: makePair, args: [1, [2]], state: new Tuple([3, 4, 5, key]), stateSetter: setState }
    }
  }
  const back = new NamingUnpickler(new Reducing().dump([key, key])).load() as [unknown[] & { set: unknown[] }, unknown]
  assert.deepEqual([...back[0]], [1, [2]])
  assert.deepEqual(back[0].set.slice(0, 3), [3, 4, 5])
  assert.equal(back[0].set[3], back[0])
  assert.equal(back[0], back[1])
})

test('a cycle through the arguments of a reduction comes back as one object', () => {
  const box: unknown[] = []
  const key = { box }
  box.push(key)
  class Reducing extends NamingPickler {
    protected override reducerOverride(value: object | symbol): Reduction | Global | undefined {
      return value === key ? { callee: makePair, args: [box, 'end'] } : super.reducerOverride(value)
    }
  }
  const bytes = new Reducing().dump(key)
  assert.match(pickletoolsListing(bytes), /POP/)
  const back = new NamingUnpickler(bytes).load() as [unknown[], string]
  assert.equal(back[1], 'end')
  assert.equal(back[0][0], back)
})

test('a tuple that contains itself through a list comes back as one array', () => {
  for (const size of [1, 2, 3, 4]) {
    const list: unknown[] = []
    const tuple = new Tuple([list, ...Array.from({ length: size - 1 }, (_, i) => i)])
    list.push(tuple)
    const back = loads<[unknown[]]>(dumps(tuple))
    assert.equal(back[0][0], back)
    assert.equal(back.length, size)
  }
})

test('a reduction whose arguments contain itself directly is refused', () => {
  const key = {}
  class Endless extends Pickler {
    protected override reducerOverride(value: object | symbol): Reduction | undefined {
      return value === key ? { callee: new Global('js', 'Object.create'), args: [new Tuple([key])] } : undefined
    }
  }
  assert.throws(() => new Endless().dump({ a: key }), { code: 'ERR_UNPICKLABLE', message: /contain it/ })
})

test('one Reduced is one object', () => {
  const reduced = new Reduced({ callee: new Global('js', 'Object.create'), args: [null] })
  const [first, second] = loads<[unknown, unknown]>(dumps([reduced, reduced]))
  assert.equal(first, second)
  assert.equal(Object.getPrototypeOf(first), null)
})

test('a label shows in the path of an error and nowhere else', () => {
  const labelled = new Labelled({ inner: [() => 1] }, ' → captured n')
  assert.throws(() => dumps({ f: labelled }), { path: 'f → captured n.inner[0]' })
  assert.deepEqual(loads(dumps(new Labelled([1], ' → x'))), [1])
})

test('persistent ids are asked for every value and loaded by the hook', () => {
  const resource = { handle: 1 }
  class Persisting extends Pickler {
    protected override persistentId(value: unknown): unknown {
      return value === resource ? ['resource', 7] : value === 'secret' ? 's' : undefined
    }
  }
  const bytes = new Persisting().dump([resource, 'secret', resource])
  const back = new NamingUnpickler(bytes).load()
  assert.deepEqual(back, [{ persistent: ['resource', 7] }, { persistent: 's' }, { persistent: ['resource', 7] }])
  assert.throws(() => loads(bytes), { code: 'ERR_PICKLE_UNSUPPORTED' })
})

test('a preamble stands in front, is read without the body, and changes nothing in it', () => {
  const manifest = { format: 1, snapshots: ['abc', 'abc'], modules: [], n: 2 ** 40 }
  const plain = new NamingPickler().dump([new Point(1, 2)])
  const bytes = new NamingPickler(manifest).dump([new Point(1, 2)])
  assert.deepEqual(readPreamble(bytes), manifest)
  assert.deepEqual(bytes.subarray(-(plain.length - 2)), plain.subarray(2))
  assert.deepEqual(copy([new Point(1, 2)], manifest), [new Point(1, 2)])
  const cut = Uint8Array.from([...bytes.subarray(0, bytes.length - plain.length + 2), 0xff])
  assert.deepEqual(readPreamble(cut), manifest, 'nothing after the preamble is read')
})

test('a pickle without a preamble has none, whatever it begins with', () => {
  for (const value of [
    null,
    1,
    'text',
    [],
    [1, 2],
    {},
    { a: 1 },
    new Map(),
    new Date(),
    undefined,
    Symbol.iterator,
    1n,
  ]) {
    assert.equal(readPreamble(dumps(value)), undefined)
  }
})

test('a cut preamble is an error', () => {
  const bytes = new NamingPickler({ format: 1 }).dump(1)
  assert.throws(() => readPreamble(bytes.subarray(0, 20)), { code: 'ERR_PICKLE_TRUNCATED' })
})

test('registered reducers and reduce methods say how to pickle; the first for the class alone', () => {
  class Money {
    readonly cents: number
    constructor(cents: number) {
      this.cents = cents
    }
  }
  class Tagged {
    [reduceSymbol](): Reduction {
      return { callee: new Global('js', 'Symbol.for'), args: ['tagged'] }
    }
  }
  registerReducer(Money, money => ({ callee: new Global('js', 'Date'), args: [money.cents] }))
  assert.deepEqual(loads(dumps([new Money(5), new Tagged()])), [new Date(5), Symbol.for('tagged')])
  assert.throws(() => dumps(new (class Dear extends Money {})(1)), { code: 'ERR_UNPICKLABLE' })
})
