/**
 * What to say when a worker has ended before its call did: how, perhaps why, and what it printed last.
 */
import type { WorkerEnd } from './transport.ts'

const shownLines = 20

/** `exitCode` is what the code of the call gave to process.exit(), if it did; `stderr` the lines that were printed there. */
export function describeLoss(
  name: string,
  { code, signal }: WorkerEnd,
  exitCode: number | undefined,
  stderr: readonly string[],
): string {
  const last = stderr.slice(-shownLines)
  const output =
    last.length === 0 ? '' : `\nThe last it printed to stderr:\n${last.map(line => `  ${line}`).join('\n')}`
  return `${sentence(name, code, signal, exitCode)}${output}`
}

function sentence(name: string, code: number | null, signal: string | null, exitCode: number | undefined): string {
  if (exitCode !== undefined) {
    return `The code of the call ended its worker (${name}): it called process.exit(${exitCode}). Return or throw instead.`
  }
  const how = signal === null ? `exited with code ${code}` : `was ended by ${signal}`
  const hint = signal === 'SIGABRT' || code === 134 ? ' It may have run out of memory.' : ''
  return `The worker (${name}) ${how} before the call was done.${hint} The call may have had effects; it was not repeated.`
}
