/**
 * Pickling closures and classes, warm: what every `dumps` and every `run` costs at least. And what a capture leaves behind.
 */
import { figuresOf } from '../harness/processes.ts'
import type { Row, Suite } from '../harness/suite.ts'

interface Peer {
  readonly shown: string
  readonly theirs: string
  /** What it measures has no size. */
  readonly noSize?: true
  readonly isOptional?: true
}

const pulumi = (figure: string): Peer => ({ shown: 'Pulumi `serializeFunction`', theirs: `pulumi ${figure}` })
const livepack = (figure: string): Peer => ({ shown: 'livepack `serialize`', theirs: `livepack ${figure}` })
const cpython = (figure: string): Peer => ({
  shown: "CPython's cloudpickle",
  theirs: `CPython ${figure}`,
  isOptional: true,
})

function rows(measured: string, ours: string, peers: readonly Peer[]): Row[] {
  return peers.map(({ shown, theirs, noSize, isOptional = false }) => ({
    measured,
    ours,
    peer: shown,
    theirs,
    isOptional,
    ...(noSize ? {} : { sizes: { ours: `${ours} bytes`, theirs: `${theirs} bytes` } }),
  }))
}

export const closures: Suite = {
  name: 'closures',
  rounds: 5,
  programs: [
    () => figuresOf('dump-closures.ts'),
    () => figuresOf('pulumi-closures.ts'),
    () => figuresOf('livepack-closures.ts'),
    () => figuresOf('serialize-captured.ts'),
    () => figuresOf('cpython-closures.ts'),
    () => figuresOf('inspector-questions.ts'),
    () => figuresOf('first-capture.ts', { args: ['modulepickle'] }),
    () => figuresOf('first-capture.ts', { args: ['pulumi'] }),
    () => figuresOf('await-speed.ts'),
    () => figuresOf('many-captures.ts', { node: ['--expose-gc'] }),
  ],
  rows: [
    ...rows('`dumps`, trivial closure', 'dumps trivial', [
      pulumi('trivial'),
      livepack('trivial'),
      cpython('trivial'),
      { shown: '`v8.serialize({})`', theirs: 'v8 nothing' },
    ]),
    ...rows('`dumps`, 3 captured variables', 'dumps capturing', [
      pulumi('capturing'),
      livepack('capturing'),
      cpython('capturing'),
      { shown: '`v8.serialize` of the variables alone', theirs: 'v8 captured' },
    ]),
    ...rows('`dumps`, class', 'dumps class', [pulumi('class'), livepack('class'), cpython('class')]),
    ...rows('`dumps`, instance and its class', 'dumps instance', [cpython('instance')]),
    ...rows('`dumps`, closure over 1 MB of numbers', 'dumps samples', [
      { shown: '`v8.serialize` of the typed array alone', theirs: 'v8 samples' },
    ]),
    ...rows('`dumps`, closure over 10,000 nodes', 'dumps graph', [
      { shown: '`v8.serialize` of the nodes alone', theirs: 'v8 graph' },
    ]),
    ...rows('questions alone, trivial closure', 'questions trivial', [{ ...cpython('trivial'), noSize: true }]),
    ...rows('questions alone, class', 'questions class', [{ ...cpython('class'), noSize: true }]),
    ...rows('questions and one copy, closure over 1 MB', 'questions samples', [
      { shown: '`v8.serialize` of the typed array alone', theirs: 'v8 samples', noSize: true },
    ]),
    ...rows('`dumps`, trivial closure of a new literal', 'dumps literals', [
      { shown: '`dumps`, of a literal met before', theirs: 'dumps trivial', noSize: true },
    ]),
    ...rows('`dumps`, first in a process with 9 MB of source', 'first capture modulepickle', [
      { shown: 'Pulumi `serializeFunction`', theirs: 'first capture pulumi', noSize: true },
    ]),
    ...rows('`loadsSync`, trivial closure', 'loads trivial', [{ ...cpython('loads'), noSize: true }]),
    ...rows('one `await`, after a capture', 'await after', [
      { shown: 'before any capture', theirs: 'await before', noSize: true },
    ]),
    ...rows('`dumps`, last 10,000 of 100,000', 'last captures', [
      { shown: 'the first 10,000', theirs: 'first captures' },
    ]),
  ],
}
