/**
 * What a container needs besides Node: the runner, which Node is given on its command line, and the worker's program, which the runner is
 * sent. So nothing is asked of the container's files before it runs, and the engine may be on another machine.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { workerArguments } from '../local/environment.ts'
import { builtFile } from '../own-package.ts'

let worker: Buffer | undefined

/** One file. Read once: the workers of this process's executors are of this process's version. */
export function workerProgram(): Buffer {
  return (worker ??= readFileSync(builtFile('worker.js')))
}

/**
 * What Node is started with. A container that is the runner's `own` ends with it; in another it is a `guest`. Workers work in
 * `directory`, in the place of an empty one each.
 */
export function runnerArguments(whose: 'own' | 'guest', directory: string | undefined): string[] {
  const name = `.modulepickle-${createHash('sha256').update(workerProgram()).digest('hex').slice(0, 16)}`
  // The program comes last: the runner starts workers with the same options of Node, but for that.
  const options = [...workerArguments(), '-e', readFileSync(builtFile('runner.cjs'), 'utf8')]
  return [...options, '--', whose, name, ...(directory === undefined ? [] : [directory])]
}
