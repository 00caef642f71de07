/**
 * One package in a thousand versions, one after the other in one tree of processes: how long each takes, and what they leave.
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { figuresOf } from '../harness/processes.ts'
import type { Figures, Row, Suite } from '../harness/suite.ts'

async function measure(program: string): Promise<Figures> {
  const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'modulepickle-bench-')))
  const cache = mkdtempSync(path.join(directory, 'cache-'))
  const work = mkdtempSync(path.join(directory, 'work-'))
  try {
    return await figuresOf(program, { args: [work], env: { MODULEPICKLE_CACHE: cache }, node: ['--expose-gc'] })
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

type Peer = readonly [name: string, shown: string]
const original: Peer = ['original', 'modulepickle 0.3 of Python']
const byValue: Peer = ['cloudpickle', 'cloudpickle by value']
const bundle: Peer = ['esbuild', 'esbuild bundles, imported']

function row(measured: string, figure: string, [name, shown]: Peer, more: Partial<Row> = {}): Row {
  const isOptional = name !== 'esbuild'
  return { measured, ours: `our ${figure}`, peer: shown, theirs: `${name} ${figure}`, isOptional, ...more }
}

export const redeploysSuite: Suite = {
  name: 'redeploys',
  rounds: 1,
  programs: ['redeploys-ours.ts', 'redeploys-bundle.ts', 'redeploys-python.ts'].map(program => () => measure(program)),
  rows: [
    ...[original, byValue].map(peer =>
      row('a version, from the edit to the result', 'redeploy', peer, {
        sizes: { ours: 'our bytes', theirs: `${peer[0]} bytes` },
      }),
    ),
    row('a version, from the edit to the result', 'redeploy', bundle, { sizes: { ours: 'our bytes' } }),
    ...[original, byValue, bundle].map(peer => row('memory left by 1,000', 'memory', peer, { unit: 'bytes' })),
    ...[original, bundle].map(peer => row('disk left by 1,000', 'disk', peer, { unit: 'bytes' })),
  ],
}
