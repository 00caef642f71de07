/**
 * Runs one call at a time, so that whatever ends it is its outcome: its value, its error, an error that nobody caught, or
 * process.exit().
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Outcome } from './outcome.ts'

interface Running {
  readonly id: string
  stray(error: unknown): void
}

let running: Running | undefined

/** What becomes of `run`. Never rejects. */
export async function outcomeOf(id: string, run: () => Promise<unknown>): Promise<Outcome> {
  const stray = new Promise<Outcome>(resolve => {
    running = { id, stray: error => resolve({ ok: false, error, stray: true }) }
  })
  try {
    return await Promise.race([stray, settled(run)])
  } finally {
    running = undefined
  }
}

async function settled(run: () => Promise<unknown>): Promise<Outcome> {
  let outcome: Outcome
  try {
    outcome = { ok: true, result: await run() }
  } catch (error) {
    outcome = { ok: false, error, stray: false }
  }
  // Node tells of a rejection that nobody handles only when the turn is over.
  await nextTurn()
  return outcome
}

/** From now on errors that nobody catches end the call that runs; without one, the process. */
export function guardCalls(onExit: (id: string, code: number) => void): void {
  process.on('uncaughtException', stray)
  process.on('unhandledRejection', stray)
  process.on('exit', code => {
    if (running) onExit(running.id, code)
  })
}

function stray(error: unknown): void {
  if (running) return running.stray(error)
  console.error('Code that a finished call has left running threw:', error)
  process.exit(1)
}
