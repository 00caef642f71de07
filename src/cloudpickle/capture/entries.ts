/**
 * Which files are entries of this process: what it runs as a program, or as a test, rather than imports.
 *
 * An entry is never imported on the other end (it would run the program again), so its functions travel by value. What is
 * evaluated from a string (`node -e`, the REPL) has no file to import and travels by value for that reason.
 *
 * Nothing but the running process is asked, and no tool is loaded:
 * - the main script, and in a worker thread the worker's file, stand in `process.argv[1]`;
 * - `node --test` gives each test file a process of its own; with `--test-isolation=none`, its arguments name them;
 * - vitest tells its workers their test and setup files in `globalThis.__vitest_worker__`;
 * - Jest gives the test file as `require.main`, which the CommonJS entry of this package leaves where it is found here, and to
 *   ECMAScript modules as the test path in the state of its matchers.
 */
import { createRequire } from 'node:module'
import * as fs from 'node:fs'
import path from 'node:path'
import { processRegistry } from '../source/process-registry.ts'

/** Written by the CommonJS entries of this package. */
const requiredMains = processRegistry('entries', 1, () => new Set<string>())

const jestMatchers = Symbol.for('$$jest-matchers-object')

interface RunnerGlobals {
  readonly [jestMatchers]?: { readonly state?: { readonly testPath?: unknown } }
  readonly __vitest_worker__?: {
    readonly filepath?: unknown
    readonly ctx?: { readonly files?: readonly unknown[] }
    readonly config?: { readonly setupFiles?: readonly unknown[] }
  }
}

const globals = globalThis as RunnerGlobals

let programs: ReadonlySet<string> | undefined

/** True for a file that this process runs as a program or a test. */
export function isEntry(file: string): boolean {
  programs ??= findPrograms()
  if (programs.has(file) || requiredMains.has(file)) return true
  return globals[jestMatchers]?.state?.testPath === file || isVitestRoot(file)
}

/** A worker of vitest goes from one test file to the next. */
function isVitestRoot(file: string): boolean {
  const worker = globals.__vitest_worker__
  if (worker === undefined) return false
  const { filepath, ctx, config } = worker
  if (filepath === file || config?.setupFiles?.includes(file) === true) return true
  return ctx?.files?.some(each => each === file || Object(each).filepath === file) === true
}

function findPrograms(): Set<string> {
  const main = process.argv[1]
  const found = new Set<string>(main === undefined ? [] : [main, resolved(main)])
  if (process.execArgv.includes('--test')) for (const file of testFiles()) found.add(file)
  for (const file of found) {
    try {
      found.add(fs.realpathSync(file))
    } catch {
      // A main script that is not a file (it was removed, or is a URL) has no other name.
    }
  }
  return found
}

/** `node main` runs main.js: the argument may lack what Node adds. */
function resolved(main: string): string {
  try {
    return createRequire(import.meta.url).resolve(path.resolve(main))
  } catch {
    return main
  }
}

/** The patterns that Node looks for when `--test` is given no files; see its documentation of the test runner. */
const testPatterns = ['**/{test,test/**/*,test-*,*[._-]test}.{cjs,mjs,js,cts,mts,ts}']

/** What `node --test` runs in this very process. Node 20 has no `globSync`, nor does it run tests in the process that finds them. */
function testFiles(): string[] {
  if (!('globSync' in fs)) return []
  const globSync = fs.globSync as (patterns: readonly string[]) => string[]
  const patterns = process.argv.length > 1 ? process.argv.slice(1) : testPatterns
  return globSync(patterns).map(file => path.resolve(file))
}
