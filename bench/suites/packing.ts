/**
 * Packages of many files: packed, packed again unchanged, loaded, beside the Python original and what else packs directories.
 */
import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { figuresOf, runProgram } from '../harness/processes.ts'
import type { Figures, Row, Suite } from '../harness/suite.ts'
import { timeOnce } from '../harness/timing.ts'
import { ManyFiles } from '../project/many-files.ts'

const counts = [100, 1_000, 10_000] as const

async function measure(count: number): Promise<Figures> {
  const project = new ManyFiles(count)
  const pickle = path.join(project.directory, 'main.pkl')
  const env = { MODULEPICKLE_CACHE: project.emptyDirectory() }
  const load = async (): Promise<number> =>
    Number(await runProgram('receive.mjs', { args: [pickle], env, cwd: project.emptyDirectory() }))
  try {
    const figures = {
      ...(await figuresOf('packing-dumps.ts', { args: [project.javascript, pickle], env })),
      'load first': await load(),
      'load again': await load(),
      ...(await npmPack(project)),
      ...(await figuresOf('packing-python.ts', { args: [project.python, project.emptyDirectory()] })),
    }
    return Object.fromEntries(Object.entries(figures).map(([name, figure]) => [`${count} ${name}`, figure]))
  } finally {
    project.remove()
  }
}

async function npmPack(project: ManyFiles): Promise<Figures> {
  const target = project.emptyDirectory()
  const pack = (): Promise<unknown> =>
    promisify(execFile)('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', target], {
      cwd: project.javascript,
    })
  const first = await timeOnce(pack)
  return { 'npm first': first, 'npm bytes': statSync(path.join(target, 'many-0.0.0.tgz')).size }
}

type Peer = readonly [name: string, shown: string]
const original: Peer = ['original', 'modulepickle 0.3 of Python']
const packers: readonly Peer[] = [
  original,
  ['cloudpickle', 'cloudpickle by value'],
  ['Ray', "Ray's packaging of a working directory"],
  ['npm', '`npm pack`'],
  ['esbuild', 'an esbuild bundle'],
]

function row(count: number, what: string, ours: string, [name, shown]: Peer, figure: string): Row {
  const bytes = figure === 'first' && ours === 'dumps first'
  return {
    measured: `${count.toLocaleString('en')} files: ${what}`,
    ours: `${count} ${ours}`,
    peer: shown,
    theirs: `${count} ${name} ${figure}`,
    isOptional: name !== 'esbuild' && name !== 'npm',
    ...(bytes && { sizes: { ours: `${count} dumps bytes`, theirs: `${count} ${name} bytes` } }),
  }
}

function rowsOf(count: number): Row[] {
  const packed = packers.map(peer => row(count, 'packed', 'dumps first', peer, 'first'))
  const unchanged = packers.filter(([name]) => name !== 'npm')
  return packed.concat(
    unchanged.map(peer => row(count, 'packed again', 'dumps again', peer, 'again')),
    row(count, 'loaded, empty cache', 'load first', original, 'load first'),
    row(count, 'loaded, full cache', 'load again', original, 'load again'),
  )
}

export const packing: Suite = {
  name: 'packing',
  rounds: 2,
  programs: counts.map(count => () => measure(count)),
  rows: counts.flatMap(rowsOf),
}
