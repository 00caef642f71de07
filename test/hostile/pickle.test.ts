/** Damaged and hand-made pickles: always a ModulePickleError that names the byte, or a value; never anything else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModulePickleError } from '../../src/errors.ts'
import { dis, dumps, loads, readPreamble, Pickler } from '../../src/pickle/index.ts'

class WithPreamble extends Pickler {
  protected override preamble(): unknown {
    return { format: 1, snapshots: ['abc'] }
  }
}

const shared = { deep: [1, 2 ** 40, -(2n ** 70n), 'é', undefined] }
const sample = {
  shared,
  map: new Map<unknown, unknown>([
    [1, shared],
    ['k', new Set([shared, 1.5])],
  ]),
  error: new RangeError('x'),
  views: [Buffer.from('abc'), new Float64Array([1])],
  frozen: Object.freeze([, /a/g]), // oxlint-disable-line no-sparse-arrays
  bare: Object.assign(Object.create(null), { date: new Date(0), symbol: Symbol.for('s') }),
}
const bytes = dumps(sample)
const withPreamble = new WithPreamble().dump([1])

/** Lets through what a reader of damaged bytes may do: succeed, or throw this package's error with an offset. */
function survives(read: () => unknown, what: string): void {
  try {
    read()
  } catch (error) {
    assert.ok(error instanceof ModulePickleError, `${what}: ${String(error)}`)
    assert.match(error.message, /^at byte \d+ |^dicts with keys/, what)
  }
}

test('a pickle cut at any byte is an error that says so', () => {
  for (let end = 0; end < bytes.length; end++) {
    assert.throws(
      () => loads(bytes.subarray(0, end)),
      { code: 'ERR_PICKLE_TRUNCATED', message: /at byte \d+/ },
      `cut at ${end}`,
    )
  }
})

test('a pickle with any bit flipped is read or refused, by loads, dis and readPreamble', () => {
  for (const original of [bytes, withPreamble]) {
    for (let at = 0; at < original.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const damaged = original.slice()
        damaged[at] = (damaged[at] as number) ^ (1 << bit)
        const what = `bit ${bit} of byte ${at}`
        survives(() => loads(damaged, { allow: 'data' }), what)
        survives(() => dis(damaged), what)
        survives(() => readPreamble(damaged), what)
      }
    }
  }
})

test('any opcode after any start is read or refused', () => {
  const starts = [
    '',
    '(',
    ']',
    '}',
    'K\x01',
    '](K\x01',
    '}(K\x01K\x02',
    'K\x01)',
    '\x8c\x01a\x8c\x01b',
    'N\x94',
    '}\x94(h\x00',
  ]
  for (const start of starts) {
    for (let code = 0; code < 256; code++) {
      for (const tail of [
        '',
        '.',
        '\x00.',
        '1\n.',
        '\x00\x00\x00\x00\x00\x00\x00\x00.',
        '\xff\xff\xff\xff\xff\xff\xff\xff.',
      ]) {
        const pickle = Buffer.from(`\x80\x05${start}${String.fromCharCode(code)}${tail}`, 'latin1')
        survives(() => loads(pickle, { allow: 'data' }), JSON.stringify(pickle.toString('latin1')))
      }
    }
  }
})

const malformed: [name: string, pickle: string, code: string][] = [
  ['nothing at all', '', 'ERR_PICKLE_TRUNCATED'],
  ['no pickle', 'hello', 'ERR_PICKLE_CORRUPT'],
  ['a protocol from the future', '\x80\x06N.', 'ERR_PICKLE_UNSUPPORTED'],
  ['an empty stack', '.', 'ERR_PICKLE_CORRUPT'],
  ['a mark instead of a value', '(.', 'ERR_PICKLE_CORRUPT'],
  ['taking from below a mark', 'K\x01(\x85.', 'ERR_PICKLE_CORRUPT'],
  ['an unknown memo index', 'h\x05.', 'ERR_PICKLE_CORRUPT'],
  ['a key without a value', '}(K\x01u.', 'ERR_PICKLE_CORRUPT'],
  ['appending to a number', 'K\x01K\x02a.', 'ERR_PICKLE_CORRUPT'],
  ['a string of more bytes than there are', 'X\xff\xff\xff\xffabc.', 'ERR_PICKLE_TRUNCATED'],
  ['bytes of more than any memory', '\x8e\xff\xff\xff\xff\xff\xff\xff\xff.', 'ERR_PICKLE_TRUNCATED'],
  ['a frame of more bytes than there are', '\x95\xff\x00\x00\x00\x00\x00\x00\x00N.', 'ERR_PICKLE_TRUNCATED'],
  ['a negative length', '\x8b\xff\xff\xff\xff.', 'ERR_PICKLE_CORRUPT'],
  ['a string that is not UTF-8', '\x8c\x02\xc3\x28.', 'ERR_PICKLE_CORRUPT'],
  ['an overlong encoding', '\x8c\x02\xc0\x80.', 'ERR_PICKLE_CORRUPT'],
  ['a global named by numbers', 'K\x01K\x02\x93.', 'ERR_PICKLE_CORRUPT'],
  ['a global of Python code', 'cos\nsystem\n.', 'ERR_GLOBAL_UNKNOWN'],
  ['calling a number', 'K\x01)R.', 'ERR_PICKLE_CORRUPT'],
  ['an instance of a number', 'K\x01)\x81.', 'ERR_PICKLE_CORRUPT'],
  ['a persistent id that nobody knows', 'Pfile\n.', 'ERR_PICKLE_UNSUPPORTED'],
  ['an extension code', '\x82\x01.', 'ERR_PICKLE_UNSUPPORTED'],
  ['malformed digits', 'I12x\n.', 'ERR_PICKLE_CORRUPT'],
  ['too many digits', `L${'9'.repeat(200_000)}L\n.`, 'ERR_PICKLE_CORRUPT'],
]

for (const [name, pickle, code] of malformed) {
  test(`is refused by code and offset: ${name}`, () => {
    assert.throws(() => loads(Buffer.from(pickle, 'latin1')), { code, message: /^at byte \d+ \(/ })
  })
}

test('a memo index from the pickle sizes nothing', () => {
  assert.equal(loads(Buffer.from('N\x94K\x07r\xff\xff\xff\xff0j\xff\xff\xff\xff.', 'latin1')), 7)
})

test('a hundred thousand marks, or nested tuples, are no recursion', () => {
  survives(() => loads(Buffer.from(`${'('.repeat(100_000)}.`, 'latin1')), 'marks')
  const nested = loads<unknown[]>(Buffer.from(`)${'\x85'.repeat(100_000)}.`, 'latin1'))
  assert.equal(nested.length, 1)
})
