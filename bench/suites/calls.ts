/**
 * Calls of a trivial closure on a warm pool of two workers, beside a pool of threads and beside a bare message.
 */
import { figuresOf } from '../harness/processes.ts'
import type { Row, Suite } from '../harness/suite.ts'

/** Each figure of ours beside piscina and beside a forked process. */
function beside(measured: string, ours: string, bytes: string, piscina: string, fork: string): Row[] {
  return [
    { measured, ours, peer: 'piscina', theirs: piscina, sizes: { ours: bytes, theirs: 'piscina bytes' } },
    { measured, ours, peer: '`fork`, message and echo', theirs: fork, sizes: { ours: bytes, theirs: 'fork bytes' } },
  ]
}

export const calls: Suite = {
  name: 'calls',
  rounds: 5,
  programs: [() => figuresOf('pool-calls.ts'), () => figuresOf('piscina-calls.ts'), () => figuresOf('fork-echo.ts')],
  rows: [
    ...beside('`run`, a new closure each time', 'run', 'run bytes', 'piscina run', 'fork message'),
    ...beside('`remote`', 'remote', 'remote bytes', 'piscina run', 'fork message'),
    {
      measured: '`map`, per item, 2 at a time',
      ours: 'map, 2 at a time',
      peer: 'piscina, 2 at a time',
      theirs: 'piscina, 2 at a time',
    },
    {
      measured: '`map`, per item, 64 at a time',
      ours: 'map, 64 at a time',
      peer: 'piscina, 64 at a time',
      theirs: 'piscina, 64 at a time',
      sizes: { ours: 'map bytes', theirs: 'piscina bytes' },
    },
    {
      measured: 'first `run`, worker and all',
      ours: 'first run',
      peer: 'piscina, first run',
      theirs: 'piscina, first run',
    },
    {
      measured: 'first `run`, worker and all',
      ours: 'first run',
      peer: '`fork`, first message and echo',
      theirs: 'fork, first message',
    },
  ],
}
