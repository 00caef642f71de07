/** Each limit just under and just over, and what a pickle may cost. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Global, Reduced, Tuple, defaultLimits, dumps, loads, type Limits } from '../../../src/pickle/index.ts'

function pickle(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}

/** By limit: a pickle that asks for `n` of it. */
const asking = {
  maxBytes: (n: number) => pickle(`${'N0'.repeat((n - 2) / 2)}N.`),
  maxDepth: (n: number) => pickle(`${'N'.repeat(n)}${'0'.repeat(n - 1)}.`),
  maxMemo: (n: number) => pickle(`N${'\x94'.repeat(n)}.`),
  maxString: (n: number) => pickle(`X${String.fromCharCode(n, 0, 0, 0)}${'x'.repeat(n)}.`),
  maxInteger: (n: number) => pickle(`\x8b${String.fromCharCode(n, 0, 0, 0)}${'\x01'.repeat(n)}.`),
}

for (const limit of Object.keys(asking) as (keyof typeof asking)[]) {
  test(`as much as ${limit} allows is read, and no more`, () => {
    const n = 100
    loads(asking[limit](n), { limits: { [limit]: n } })
    const over = asking[limit](limit === 'maxBytes' ? n + 2 : n + 1)
    const code = 'ERR_PICKLE_LIMIT'
    assert.throws(() => loads(over, { limits: { [limit]: n } }), {
      code,
      message: new RegExp(`^at byte \\d+ .*${limit}`),
    })
    loads(over)
  })
}

test('marks count as depth, too', () => {
  const limits = { maxDepth: 100 }
  loads(pickle(`N${'('.repeat(100)}${'1'.repeat(100)}.`), { limits })
  assert.throws(() => loads(pickle(`N${'('.repeat(101)}${'1'.repeat(101)}.`), { limits }), { code: 'ERR_PICKLE_LIMIT' })
})

test('lines of protocol 0 are strings', () => {
  const limits = { maxString: 10 }
  assert.equal(loads(pickle(`V${'x'.repeat(10)}\n.`), { limits }), 'x'.repeat(10))
  assert.throws(() => loads(pickle(`V${'x'.repeat(11)}\n.`), { limits }), { code: 'ERR_PICKLE_LIMIT' })
})

test('as much as maxExpansion allows is copied, and no more', () => {
  // 66,560 members a copy; the first 65,536 are free.
  const list = Array.from({ length: 66_560 }, () => null)
  const copy = (): Reduced => new Reduced({ callee: new Global('builtins', 'list'), args: [list] })
  const bytes = dumps(copy())
  const allowing = (members: number): { limits: Partial<Limits> } => ({
    limits: { maxExpansion: members / bytes.length },
  })
  assert.equal(loads<unknown[]>(bytes, allowing(1024)).length, list.length)
  assert.throws(() => loads(bytes, allowing(1023)), { code: 'ERR_PICKLE_LIMIT', message: /maxExpansion/ })
})

const shared = Array.from({ length: 20_000 }, (_, i) => i)
const sharedState = Object.fromEntries(shared.map(i => [`k${i}`, i]))
const sharedText = 'x'.repeat(2_000_000)
const many = (make: () => unknown, count = 20_000): Uint8Array => dumps(Array.from({ length: count }, make))
const call = (module: string, name: string, ...args: unknown[]): Reduced =>
  new Reduced({ callee: new Global(module, name), args })

/** Each a few bytes that would copy the same large thing again. */
const bombs: [name: string, bytes: () => Uint8Array][] = [
  ['copies of one list', () => many(() => call('builtins', 'list', shared))],
  ['sets of one list', () => many(() => call('builtins', 'frozenset', shared))],
  [
    'one state for many objects',
    () => many(() => new Reduced({ callee: new Global('js', 'Error'), args: [], state: sharedState })),
  ],
  [
    'copies of one bytearray',
    () => {
      const bytes = new Uint8Array(8_000_000)
      return many(() => call('builtins', 'bytearray', bytes), 1000)
    },
  ],
  ['one text for many URLs', () => many(() => call('js', 'URLSearchParams', sharedText))],
  [
    'views that do not begin where they could',
    () => {
      const bytes = new Uint8Array(8_000_001)
      return many(() => call('js', 'Float64Array', bytes, 1, 1_000_000), 1000)
    },
  ],
]

for (const [name, bytes] of bombs) {
  test(`does not fill the memory: ${name}`, { timeout: 30_000 }, () => {
    assert.throws(() => loads(bytes(), { allow: 'data' }), { code: 'ERR_PICKLE_LIMIT', message: /maxExpansion/ })
  })
}

/** Lists of lists, each twice the one before: 2 to the 100 items, all of them ten objects. */
const laughs = Array.from({ length: 100 }).reduce<unknown[]>(inner => [inner, inner], ['ha'])

test('references to references take no memory', { timeout: 10_000 }, () => {
  let back = loads<unknown[]>(dumps(laughs), { allow: 'data' })
  for (let i = 0; i < 100; i++) back = back[1] as unknown[]
  assert.deepEqual(back, ['ha'])
})

/** Where a value would be turned into text or a number first. */
const conversions: [name: string, value: Reduced][] = [
  ['the message of a DOMException', call('js', 'DOMException', laughs, 'x')],
  ['the offset of a view', call('js', 'Uint8Array', Uint8Array.of(1), laughs)],
  ['the source of a RegExp', call('js', 'RegExp', laughs, '')],
  ['the length of an array', call('js', 'restore', [], new Tuple([undefined, 0, new Tuple(['length', 1, laughs])]))],
  [
    'an element of a view',
    call('js', 'restore', Uint8Array.of(1), new Tuple([undefined, 0, new Tuple(['0', 7, laughs])])),
  ],
  ['a date', call('js', 'Date', laughs)],
  ['a member of bytes', call('builtins', 'bytes', [laughs])],
]

for (const [name, value] of conversions) {
  test(`references to references are not converted: ${name}`, { timeout: 10_000 }, () => {
    assert.throws(() => loads(dumps(value), { allow: 'data' }), { code: 'ERR_PICKLE_CORRUPT' })
  })
}

test('references to references are not converted by SETITEM or BUILD', { timeout: 10_000 }, () => {
  const view = dumps(Uint8Array.of(1, 2))
  const list = dumps(laughs)
  const body = (bytes: Uint8Array): string =>
    Buffer.from(bytes.subarray(2, -1))
      .toString('latin1')
      .replace(/^\x95.{8}/s, '') // oxlint-disable-line no-control-regex
  for (const filling of [`\x8c\x010${body(list)}s`, `}\x8c\x010${body(list)}sb`]) {
    const start = body(view).replace('\x94', '')
    assert.throws(() => loads(pickle(`\x80\x05${start}${filling}.`), { allow: 'data' }), { code: 'ERR_PICKLE_CORRUPT' })
    const array = filling.replace('\x8c\x010', '\x8c\x06length')
    assert.throws(() => loads(pickle(`\x80\x05]${array}.`), { allow: 'data' }), { code: 'ERR_PICKLE_CORRUPT' })
  }
})

test('dicts inside dicts that turn out to be Maps take linear time', { timeout: 10_000 }, () => {
  const depth = 100_000
  let map = loads<unknown>(pickle(`${'}\x94K\x01'.repeat(depth)}N${'s'.repeat(depth)}.`))
  for (let i = 0; i < depth; i++) map = (map as Map<number, unknown>).get(1)
  assert.equal(map, null)
})

test('a chain of prototypes is only so long', { timeout: 10_000 }, () => {
  const chain = (length: number): Uint8Array =>
    pickle(`\x8c\x02js\x8c\x0dObject.create\x93q\x000Nq\x01${'0h\x00h\x01\x85Rq\x01'.repeat(length)}.`)
  loads(chain(300), { allow: 'data' })
  assert.throws(() => loads(chain(100_000), { allow: 'data' }), { code: 'ERR_PICKLE_LIMIT' })
})

test('as many resizable buffers as maxResizable allows are made, and no more', () => {
  const bytes = many(() => call('js', 'ArrayBuffer', Uint8Array.of(1), 2 ** 20), 101)
  assert.equal(loads<unknown[]>(bytes, { limits: { maxResizable: 101 } }).length, 101)
  assert.throws(() => loads(bytes, { limits: { maxResizable: 100 } }), {
    code: 'ERR_PICKLE_LIMIT',
    message: /maxResizable/,
  })
  // So many of them end the process.
  const bomb = many(() => call('js', 'ArrayBuffer', Uint8Array.of(1), 2 ** 20), 100_000)
  assert.throws(() => loads(bomb, { allow: 'data' }), { code: 'ERR_PICKLE_LIMIT' })
})

test('what the engine refuses is an error with an offset', () => {
  const full = dumps(call('js', 'Array', 2 ** 32 - 1)).subarray(0, -1)
  const appended = Buffer.concat([full, pickle('K\x01a.')])
  assert.throws(() => loads(appended), { code: 'ERR_PICKLE_CORRUPT', message: /^at byte \d+ \(APPEND\)/ })
  const frozen = dumps(Object.freeze({ a: 1 })).subarray(0, -1)
  const changed = Buffer.concat([frozen, pickle('\x8c\x01aK\x02s.')])
  assert.throws(() => loads(changed), { code: 'ERR_PICKLE_CORRUPT', message: /^at byte \d+ \(SETITEM\)/ })
})

test('the defaults are those of the documentation', () => {
  assert.deepEqual(defaultLimits, {
    maxBytes: 2 ** 32,
    maxDepth: 2 ** 24,
    maxMemo: 2 ** 25,
    maxString: 2 ** 29 - 24,
    maxInteger: 2 ** 24,
    maxExpansion: 16,
    maxResizable: 4096,
  })
})

for (const [name, text] of Object.entries({
  BINUNICODE8: '\x8d\xff\xff\xff\x7f\x00\x00\x00\x00abc.',
  BINBYTES8: '\x8e\xff\xff\xff\x7f\x00\x00\x00\x00abc.',
  BYTEARRAY8: '\x96\xff\xff\xff\x7f\x00\x00\x00\x00abc.',
  LONG4: '\x8b\xff\xff\xff\x7fabc.',
  LONG_BINPUT: 'Nr\xff\xff\xff\xffj\xff\xff\xff\xff.',
})) {
  test(`a declared length or index takes no memory: ${name}`, () => {
    const before = process.memoryUsage()
    for (let i = 0; i < 100; i++) {
      try {
        loads(pickle(text))
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'ERR_PICKLE_TRUNCATED')
      }
    }
    const after = process.memoryUsage()
    assert.ok(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers < 64e6)
  })
}
