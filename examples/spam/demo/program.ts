/**
 * The first half of the demo: the printed program is started, its workers are looked at, its sweep is run.
 * What runs is the file that is printed.
 */
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Result, folds } from '../filter/cross-validate.ts'
import { scoreCells, scoreHead, settingsCells, settingsHead } from './scores.ts'
import { block, heading, print, progress, table } from './terminal.ts'

export type Program = typeof import('../sweep.ts')

/** Prints the program in `directory`, then imports it, which connects to its workers. */
export async function startProgram(directory: string): Promise<Program> {
  const file = path.join(directory, 'sweep.ts')
  heading('The whole program: examples/spam/sweep.ts')
  block(readFileSync(file, 'utf8').trimEnd().split('\n'))
  return (await import(pathToFileURL(file).href)) as Program
}

export async function showEmptyDirectory({ pool }: Program): Promise<void> {
  const there = await pool.run(() => ({ directory: process.cwd(), files: readdirSync('.') }))
  heading('What a worker has before anything is sent to it')
  block([`$ ls -A ${there.directory}`, ...(there.files.length === 0 ? ['(nothing)'] : there.files)])
}

/** Runs the sweep and shows a row for each setting of the filter. */
export async function showSweep({ sweep, jobs, pool }: Program): Promise<Result[]> {
  const emails = jobs[0]?.emails.length ?? 0
  heading(`${emails.toLocaleString('en')} e-mails, ${jobs.length} settings, ${folds} folds each`)
  const start = performance.now()
  const results: Result[] = []
  progress(0, jobs.length, '')
  await sweep(result => {
    results.push(result)
    progress(results.length, jobs.length, `after ${((performance.now() - start) / 1000).toFixed(1)} s`)
  })
  print()
  const rows = results.map(({ settings, score }) => [...settingsCells(settings), ...scoreCells(score)])
  table([...settingsHead, ...scoreHead], rows, results.indexOf(best(results)))
  const { filesSent, bytesSent } = pool.stats()
  print(`\n    sent: ${filesSent} files of code; ${(bytesSent / 1e6).toFixed(1)} MB in all, most of it e-mails`)
  return results
}

/** The result with the highest F1. */
export function best(results: readonly Result[]): Result {
  return results.reduce((a, b) => (b.score.f1 > a.score.f1 ? b : a))
}
