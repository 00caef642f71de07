/**
 * Starts the programs that are measured, one process at a time, on the Node that runs the harness.
 *
 * A program prints its figures as one line of JSON. One that fails ends the benchmark: its figures would be wrong.
 */
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { Figures } from './suite.ts'

export interface Start {
  readonly args?: readonly string[]
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** Options of Node itself. */
  readonly node?: readonly string[]
}

const bench = path.dirname(import.meta.dirname)

/** The options that make Node run TypeScript by tsx. */
export const tsx = ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]

/** Runs a program of bench/programs to its end; returns what it printed. */
export async function runProgram(
  program: string,
  { args = [], cwd = bench, env, node = [] }: Start = {},
): Promise<string> {
  const file = path.join(bench, 'programs', program)
  // TypeScript that Node runs itself is announced as experimental by some versions, on stderr.
  const command = ['--disable-warning=ExperimentalWarning', ...node, file, ...args]
  const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 64 << 20 }
  const { stdout } = await promisify(execFile)(process.execPath, command, options)
  return stdout
}

/** The figures that a program prints. */
export async function figuresOf(program: string, start?: Start): Promise<Figures> {
  return JSON.parse(await runProgram(program, start)) as Figures
}

/** The time from starting a program to its end, in ms. */
export async function lifetimeOf(program: string, start?: Start): Promise<number> {
  const begin = performance.now()
  await runProgram(program, start)
  return performance.now() - begin
}
