/**
 * What to say of a worker that has ended too early: how, perhaps why, and what it printed last.
 */
import type { WorkerEnd } from './transport.ts'

const shownLines = 20

/** The worker has ended while a call ran. `exitCode` is what the code of the call gave to process.exit(), if it did. */
export function describeLoss(
  name: string,
  end: WorkerEnd,
  exitCode: number | undefined,
  stderr: readonly string[],
): string {
  const what =
    exitCode === undefined
      ? `The worker (${name}) ${manner(end)} before the call was done. The call may have had effects; it was not repeated.`
      : `The code of the call ended its worker (${name}): it called process.exit(${exitCode}). Return or throw instead.`
  return what + lastLines(stderr)
}

/** The worker has ended, or never was, before it could take calls. */
export function describeStartFailure(name: string, end: WorkerEnd, stderr: readonly string[]): string {
  const why = end.failure ? `${end.failure.message}.` : `Its ${name} ${manner(end)}.`
  return `A worker could not be started. ${why}${lastLines(stderr)}`
}

function manner({ code, signal }: WorkerEnd): string {
  const how = signal === null ? `exited with code ${code}` : `was ended by ${signal}`
  const isAbort = signal === 'SIGABRT' || code === 134
  return isAbort ? `${how}, as a process does that is out of memory,` : how
}

function lastLines(stderr: readonly string[]): string {
  const last = stderr.slice(-shownLines)
  return last.length === 0 ? '' : `\nThe last it printed to stderr:\n${last.map(line => `  ${line}`).join('\n')}`
}
