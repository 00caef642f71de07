/**
 * Pickling a small closure, warm: what every `dumps` and every `run` costs at least.
 */
import { figuresOf } from '../harness/processes.ts'
import type { Suite } from '../harness/suite.ts'

export const closures: Suite = {
  name: 'closures',
  rounds: 5,
  programs: [
    () => figuresOf('dump-closures.ts'),
    () => figuresOf('pulumi-closures.ts'),
    () => figuresOf('serialize-captured.ts'),
  ],
  rows: [
    {
      measured: '`dumps`, trivial closure',
      ours: 'dumps trivial',
      peer: 'Pulumi `serializeFunction`',
      theirs: 'pulumi trivial',
      sizes: { ours: 'dumps trivial bytes', theirs: 'pulumi trivial bytes' },
    },
    {
      measured: '`dumps`, trivial closure',
      ours: 'dumps trivial',
      peer: '`v8.serialize({})`',
      theirs: 'v8 nothing',
      sizes: { ours: 'dumps trivial bytes', theirs: 'v8 nothing bytes' },
    },
    {
      measured: '`dumps`, 3 captured variables',
      ours: 'dumps capturing',
      peer: 'Pulumi `serializeFunction`',
      theirs: 'pulumi capturing',
      sizes: { ours: 'dumps capturing bytes', theirs: 'pulumi capturing bytes' },
    },
    {
      measured: '`dumps`, 3 captured variables',
      ours: 'dumps capturing',
      peer: '`v8.serialize` of the variables alone',
      theirs: 'v8 captured',
      sizes: { ours: 'dumps capturing bytes', theirs: 'v8 captured bytes' },
    },
  ],
}
