/**
 * What to say of a worker that has ended too early: how, perhaps why, and what it printed last.
 */
import type { WorkerEnd } from './transport.ts'

const shownLines = 20

/** How far the call had come. `exitCode` is what its code gave to process.exit(), if it did. */
interface Progress {
  readonly hasBegun: boolean
  readonly exitCode: number | undefined
}

/** The worker has ended before its call. */
export function describeLoss(name: string, end: WorkerEnd, { hasBegun, exitCode }: Progress): string {
  if (exitCode !== undefined) {
    return `The code of the call ended its worker (${name}): it called process.exit(${exitCode}). Return or throw instead.`
  }
  return hasBegun
    ? `The worker (${name}) ${manner(end)} before the call was done. The call may have had effects; it was not repeated.`
    : `The worker (${name}) ${manner(end)} before it began with the call, as others did to which the call was given. The call had no effects.`
}

/** The worker has ended, or never was, before it could take calls. */
export function describeStartFailure(name: string, end: WorkerEnd): string {
  const why = end.failure ? `${end.failure.message}.` : `Its ${name} ${manner(end)}.`
  return `A worker could not be started. ${why}`
}

function manner({ code, signal }: WorkerEnd): string {
  const how = signal === null ? `exited with code ${code}` : `was ended by ${signal}`
  const isAbort = signal === 'SIGABRT' || code === 134
  return isAbort ? `${how}, as a process does that is out of memory,` : how
}

export function describeLastLines(stderr: readonly string[]): string {
  const last = stderr.slice(-shownLines)
  return last.length === 0 ? '' : `\nThe last it printed to stderr:\n${last.map(line => `  ${line}`).join('\n')}`
}
