/**
 * Runs one call at a time, so that whatever ends it is its outcome: its value, its error, an error that nobody caught, or
 * process.exit().
 */
import { runningCalls, type CurrentCall } from '../call/current-call.ts'
import type { Outcome } from '../call/outcome.ts'
import { setImmediate } from '../timers.ts'

interface Guarded {
  readonly call: CurrentCall
  stray(error: unknown): void
}

let guarded: Guarded | undefined
let strayed = false

/** What becomes of `run`. Never rejects. */
export async function outcomeOf(call: CurrentCall, run: () => Promise<unknown>): Promise<Outcome> {
  try {
    return await new Promise<Outcome>(resolve => {
      guarded = { call, stray: error => resolve({ ok: false, error }) }
      // Node tells of a rejection that nobody handles only when the turn is over; the call has ended with that then.
      const settle = (outcome: Outcome): unknown => setImmediate(resolve, outcome)
      const settled = runningCalls().run(call, run)
      settled.then(
        result => settle({ ok: true, result }),
        (error: unknown) => settle({ ok: false, error }),
      )
    })
  } finally {
    guarded = undefined
  }
}

/** Whether there was an error that nobody caught: what else the code has left running is then unknown. */
export function hasStrayed(): boolean {
  return strayed
}

/** From now on errors that nobody catches end the call that they come from; where that is over, the process, once it is idle. */
export function guardCalls(onExit: (id: string, code: number) => void): void {
  process.on('uncaughtException', stray)
  process.on('unhandledRejection', stray)
  process.on('exit', code => {
    if (guarded && owner() === guarded.call) onExit(guarded.call.id, code)
  })
}

/** The call whose code runs now. Without one, as Node 20 has none for microtasks, it can only be the call that is under way. */
function owner(): CurrentCall | undefined {
  return runningCalls().getStore() ?? guarded?.call
}

function stray(error: unknown): void {
  strayed = true
  if (guarded && owner() === guarded.call) return guarded.stray(error)
  console.error('Code that a finished call has left running threw:', error)
  if (!guarded) process.exit(1)
}
