/**
 * Pickling data: encoding and decoding together, beside what else carries JavaScript values, and CPython's own pickle.
 */
import { figuresOf } from '../harness/processes.ts'
import type { Row, Suite } from '../harness/suite.ts'

const measured = {
  records: '10,000 small records',
  graph: 'linked graph of 10,000 nodes',
  strings: '1 MB of strings',
  floats: 'Float64Array of 100 MB',
  numbers: '1,000,000 numbers',
  messages: '6,046 messages of 1.3 kB',
} as const

type ValueName = keyof typeof measured

const everything = Object.keys(measured) as ValueName[]
const peers: readonly [name: string, shown: string, values: readonly ValueName[]][] = [
  ['v8', '`v8.serialize`, `v8.deserialize`', everything],
  ['structuredClone', '`structuredClone`', everything],
  ['JSON', '`JSON`', ['records', 'strings', 'numbers', 'messages']],
  ['msgpackr', 'msgpackr, structured clone', everything],
  ['cbor-x', 'cbor-x, structured clone', everything],
  ['seroval', 'seroval', ['records', 'strings', 'numbers', 'messages']],
  ['devalue', 'devalue', ['records', 'graph', 'strings', 'numbers', 'messages']],
  ['CPython', "CPython's C pickle", everything],
]

/** `structuredClone` encodes nothing that could be counted. */
function row(value: ValueName, [name, shown]: (typeof peers)[number]): Row {
  const ours = `modulepickle ${value} bytes`
  return {
    measured: measured[value],
    ours: `modulepickle ${value}`,
    peer: shown,
    theirs: `${name} ${value}`,
    sizes: name === 'structuredClone' ? { ours } : { ours, theirs: `${name} ${value} bytes` },
  }
}

function half(value: ValueName, part: 'encode' | 'decode'): Row {
  return {
    measured: `${measured[value]}, ${part === 'encode' ? '`dumps`' : '`loads`'} alone`,
    ours: `modulepickle ${value} ${part}`,
    peer: part === 'encode' ? '`v8.serialize`' : '`v8.deserialize`',
    theirs: `v8 ${value} ${part}`,
  }
}

export const pickle: Suite = {
  name: 'pickle',
  rounds: 3,
  programs: [
    ...['modulepickle', ...peers.map(([name]) => name).filter(name => name !== 'CPython')].map(
      name => () => figuresOf('pickle-codec.ts', { args: [name] }),
    ),
    () => figuresOf('pickle-cpython.ts'),
    () => figuresOf('pickle-questions.ts'),
  ],
  rows: [
    ...everything.flatMap(value =>
      peers.filter(([, , carried]) => carried.includes(value)).map(peer => row(value, peer)),
    ),
    ...(['records', 'graph'] as const).flatMap(value => [half(value, 'encode'), half(value, 'decode')]),
    ...(['records', 'graph'] as const).map(value => ({
      measured: `${measured[value]}, what \`dumps\` must ask, without writing`,
      ours: `questions ${value}`,
      peer: '`v8.serialize`, `v8.deserialize`',
      theirs: `v8 ${value}`,
    })),
    {
      measured: 'Float64Array of 100 MB, out of band, and one copy',
      ours: 'modulepickle out of band',
      peer: 'one copy of the memory',
      theirs: 'memory copy',
    },
  ],
}
