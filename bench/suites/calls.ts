/**
 * Calls of a trivial closure on a warm pool of two workers, beside pools of threads and beside bare messages.
 */
import { figuresOf } from '../harness/processes.ts'
import type { Row, Suite } from '../harness/suite.ts'

/** By the names of their figures. */
const peers = {
  fork: '`fork`, messages alone',
  threads: 'worker_threads, messages alone',
  piscina: 'piscina',
  tinypool: 'tinypool',
  workerpool: 'workerpool',
}

type Peer = keyof typeof peers

/** A figure of ours beside that of each peer; `peerFigure` is what comes behind the peer's name. */
function beside(measured: string, ours: string, peerFigure: string, names = Object.keys(peers) as Peer[]): Row[] {
  return names.map(name => ({ measured, ours, peer: peers[name], theirs: `${name}, ${peerFigure}` }))
}

/** Those that are known say what each sends. */
function withSizes(row: Row, ours: string): Row {
  const peer = (['fork', 'piscina'] as const).find(name => row.peer === peers[name])
  return peer ? { ...row, sizes: { ours, theirs: `${peer} bytes` } } : row
}

const pools: Peer[] = ['piscina', 'tinypool', 'workerpool']

export const calls: Suite = {
  name: 'calls',
  rounds: 3,
  programs: [
    () => figuresOf('pool-calls.ts'),
    () => figuresOf('fork-calls.ts'),
    () => figuresOf('socket-calls.ts'),
    () => figuresOf('thread-calls.ts'),
    () => figuresOf('piscina-calls.ts'),
    () => figuresOf('tinypool-calls.ts'),
    () => figuresOf('workerpool-calls.ts'),
  ],
  rows: [
    ...beside('first call, workers and all', 'ours, first', 'first'),
    ...beside('`run`, a new closure each time', 'run', 'one', ['fork', 'piscina']).map(row =>
      withSizes(row, 'run bytes'),
    ),
    ...beside('`remote`, one after the other', 'ours, one', 'one').map(row => withSizes(row, 'remote bytes')),
    {
      measured: '`remote`, one after the other',
      ours: 'ours, one',
      peer: 'a socket, as many writes',
      theirs: 'socket, one',
    },
    ...beside('`remote`, each of 2,000 at once', 'ours, 2,000 at once', '2,000 at once'),
    ...beside('`map`, per item, 2 at a time', 'ours, 2 at a time', '2 at a time', pools),
    ...beside('`map`, per item, 64 at a time', 'ours, 64 at a time', '64 at a time', pools),
    ...beside('`remote`, 1 MB there and back', 'ours, 1 MB', '1 MB'),
    ...beside('`remote`, 100 MB there and back', 'ours, 100 MB', '100 MB'),
  ],
}
