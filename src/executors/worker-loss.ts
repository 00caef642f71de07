/**
 * What to say of a worker that has ended too early: how, perhaps why, and what it printed last.
 */
import { isModulePickleError, type ErrorCode } from '../errors.ts'
import type { WorkerEnd } from './transport.ts'

const shownLines = 20

/** The codes of calls whose workers have ended before they did, whoever ended them. */
const losses = new Set<ErrorCode>(['ERR_WORKER_LOST', 'ERR_OUT_OF_MEMORY', 'ERR_CONTAINER_LOST', 'ERR_ENGINE_LOST'])

export function isLoss(error: unknown): boolean {
  return isModulePickleError(error) && losses.has(error.code)
}

/** The code of what a transport knows about the end of its worker, which is more than how its process ended; else `otherwise`. */
export function codeOfEnd({ failure }: WorkerEnd, otherwise: ErrorCode): ErrorCode {
  return isModulePickleError(failure) ? failure.code : otherwise
}

/** How far the call had come. `exitCode` is what its code gave to process.exit(), if it did. */
export interface Progress {
  readonly hasBegun: boolean
  readonly exitCode: number | undefined
}

/** The worker has ended before its call; `stderr` is what it printed last. */
export function describeLoss(
  name: string,
  end: WorkerEnd,
  { hasBegun, exitCode }: Progress,
  stderr: readonly string[],
): string {
  if (exitCode !== undefined) {
    return `The code of the call ended its worker (${name}): it called process.exit(${exitCode}). Return or throw instead.`
  }
  if (end.failure) {
    return `${end.failure.message} ${hasBegun ? 'The call may have had effects; it was not repeated.' : 'The call had no effects.'}`
  }
  const what = `The worker (${name}) ${manner(end)}`
  return hasBegun
    ? `${what} before the call was done.${probableCause(end, stderr)} The call may have had effects; it was not repeated.`
    : `${what} before it began with the call, as others did to which the call was given. The call had no effects.`
}

/** The worker has ended, or never was, before it could take calls. */
export function describeStartFailure(name: string, end: WorkerEnd): string {
  const why = end.failure ? sentence(end.failure.message) : `Its ${name} ${manner(end)}.`
  return `A worker could not be started. ${why}`
}

function manner({ code, signal }: WorkerEnd): string {
  return signal === null ? `exited with code ${code}` : `was ended by ${signal}`
}

/** What a shell and a container make of a signal is 128 and its number. */
const fatal: Readonly<Record<string, string>> = {
  SIGABRT: 'Native code gave up: process.abort(), a failed assertion in Node or an addon, or no memory.',
  SIGSEGV: 'Native code, such as that of an addon, used memory that is not its own.',
  SIGBUS: 'Native code, such as that of an addon, used memory that is not there.',
  SIGKILL: 'Where nobody did that on purpose, the system did, because memory was short.',
}
const signals = new Map([
  [134, 'SIGABRT'],
  [135, 'SIGBUS'],
  [137, 'SIGKILL'],
  [139, 'SIGSEGV'],
])

function probableCause({ code, signal }: WorkerEnd, stderr: readonly string[]): string {
  const name = signal ?? signals.get(code ?? 0)
  if (name === undefined) return ' Code that a call before it had left running may have called process.exit().'
  if (stderr.some(line => line.includes('JavaScript heap out of memory'))) {
    return ' Its JavaScript heap was full: let it hold less at a time, or give it more by `--max-old-space-size=MiB` in NODE_OPTIONS, which `env` can set.'
  }
  const cause = fatal[name]
  return cause === undefined ? '' : ` ${cause}`
}

export function describeLastLines(stderr: readonly string[]): string {
  const last = stderr.slice(-shownLines)
  return last.length === 0 ? '' : `\nThe last it printed to stderr:\n${last.map(line => `  ${line}`).join('\n')}`
}

function sentence(text: string): string {
  return /[.\n]$/.test(text) ? text : `${text}.`
}
