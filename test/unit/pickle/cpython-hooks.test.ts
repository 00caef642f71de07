/** Persistent ids, extension codes, out-of-band buffers and optimized pickles, to and from CPython. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  Global,
  Pickler,
  Reduced,
  Unpickler,
  dis,
  dumps,
  loads,
  registerReducer,
  type Reduction,
} from '../../../src/pickle/index.ts'
import { javascriptValues } from '../../vectors/values.ts'
import { pickletoolsListing, python } from './python.ts'

class Resource {
  readonly id: string
  constructor(id: string) {
    this.id = id
  }
}

class ResourcePickler extends Pickler {
  protected override persistentId(value: unknown): unknown {
    return value instanceof Resource ? `resource ${value.id}` : undefined
  }
}

class ResourceUnpickler extends Unpickler {
  override persistentLoad(id: unknown): unknown {
    return new Resource(String(id).replace('resource ', ''))
  }
}

const persisting = `
class Resource:
    def __init__(self, id): self.id = id
class P(pickle.Pickler):
    def persistent_id(self, v): return v.id if isinstance(v, Resource) else None
class U(pickle.Unpickler):
    def persistent_load(self, id): return Resource(id)
def dump(v, protocol):
    out = io.BytesIO(); P(out, protocol).dump(v); return out.getvalue()
`

test('persistent ids go to CPython and come back, in every protocol', () => {
  const resource = new Resource('a')
  const bytes = new ResourcePickler().dump([resource, { again: resource }, new Resource('b')])
  const program = `${persisting}
v = U(io.BytesIO(data)).load()
assert [type(x).__name__ for x in v] == ['Resource', 'dict', 'Resource'], v
result = pickle.dumps([dump(v, p) for p in range(6)])`
  for (const again of loads<Uint8Array[]>(python(program, bytes))) {
    const back = new ResourceUnpickler(again).load() as [Resource, { again: Resource }, Resource]
    assert.deepEqual([back[0].id, back[1].again.id, back[2].id], ['a', 'a', 'b'])
  }
})

test('keys of objects may have persistent ids, too', () => {
  class KeyPickler extends Pickler {
    protected override persistentId(value: unknown): unknown {
      return value === 'secret' ? 7 : undefined
    }
  }
  class KeyUnpickler extends Unpickler {
    override persistentLoad(id: unknown): unknown {
      return `key ${String(id)}`
    }
  }
  const bytes = new KeyPickler().dump({ before: 1, secret: { secret: 'secret' }, after: 2 })
  const expected = { before: 1, 'key 7': { 'key 7': 'key 7' }, after: 2 }
  assert.deepEqual(new KeyUnpickler(bytes).load(), expected)
})

test('extension codes of every size mean what `extensions` says', () => {
  for (const code of [1, 255, 256, 65_535, 65_536, 2 ** 31 - 1]) {
    const program = `
import copyreg, collections
copyreg.add_extension('collections', 'OrderedDict', ${code})
result = pickle.dumps(OrderedDict([('a', 1)]), 2)`
    const bytes = python(program)
    assert.throws(() => loads(bytes), { code: 'ERR_PICKLE_UNSUPPORTED', message: /EXT\d.*extension code/ })
    const extensions = new Map([[code, ['collections', 'OrderedDict'] as const]])
    assert.deepEqual(loads(bytes, { extensions, allow: 'data' }), new Map([['a', 1]]))
    const forbidden = new Map([[code, ['os', 'system'] as const]])
    assert.throws(() => loads(bytes, { extensions: forbidden, allow: 'data' }), { code: 'ERR_GLOBAL_FORBIDDEN' })
  }
})

test('a dispatch table takes the place of the registry', () => {
  class Money {
    readonly cents: number
    constructor(cents: number) {
      this.cents = cents
    }
  }
  const asDate = (money: Money): Reduction => ({ callee: new Global('js', 'Date'), args: [money.cents] })
  registerReducer(Money, asDate)
  const asSymbol = (money: Money): Reduction => ({ callee: new Global('js', 'Symbol.for'), args: [`${money.cents}`] })
  const dispatchTable = new Map([[Money, asSymbol]])
  assert.deepEqual(loads(dumps([new Money(5)])), [new Date(5)])
  assert.deepEqual(loads(dumps([new Money(5)], { dispatchTable })), [Symbol.for('5')])
  assert.throws(() => dumps(new Money(5), { dispatchTable: new Map() }), { code: 'ERR_UNPICKLABLE' })
})

test('out-of-band buffers go to CPython and come back', () => {
  const taken: Uint8Array[] = []
  const bytes = dumps([Uint8Array.of(1, 2, 3), { more: new Uint8Array(100_000) }], {
    bufferCallback: buffer => void taken.push(buffer),
  })
  const program = `
bufs = [bytearray(b'\\x01\\x02\\x03'), bytearray(100000)]
v = pickle.loads(data, buffers=bufs)
assert v[0] is bufs[0] and v[1]['more'] is bufs[1]
out = []
again = pickle.dumps([pickle.PickleBuffer(v[0]), pickle.PickleBuffer(bytes(v[1]['more']))], 5, buffer_callback=out.append)
result = again`
  const again = python(program, bytes)
  assert.deepEqual(loads(again, { buffers: taken }), [Uint8Array.of(1, 2, 3), new Uint8Array(100_000)])
})

test('what pickletools.optimize makes of a pickle loads, too', () => {
  for (const [name, value] of Object.entries(javascriptValues)) {
    const optimized = python('result = pickletools.optimize(data)', dumps(value))
    assert.deepEqual(loads(optimized), value, name)
    assert.match(pickletoolsListing(optimized), /STOP/)
  }
})

test('one reduction that makes a value is one object through CPython', () => {
  const made = new Reduced({ callee: new Global('collections', 'OrderedDict'), args: [] })
  const [a, b] = loads<[unknown, unknown]>(python('result = pickle.dumps(pickle.loads(data), 5)', dumps([made, made])))
  assert.equal(a, b)
})

test('a listing with names says what each STACK_GLOBAL stands for, and is else the one of pickletools', () => {
  const bytes = dumps([Math.max, new Map(), Math.max, Math.min, 'text', new Date(0), new Date(1), 'x'.repeat(70_000)])
  const listing = dis(bytes, { names: true })
  const named = [...listing.matchAll(/STACK_GLOBAL (.*)/g)].map(([, name]) => name)
  assert.deepEqual(named, [
    'js Math.max',
    'collections OrderedDict',
    'js Math.min',
    'datetime datetime',
    'datetime timezone',
    'datetime timedelta',
  ])
  assert.equal(listing.replace(/STACK_GLOBAL .*/g, 'STACK_GLOBAL'), pickletoolsListing(bytes))
})
