/** Functions that fail in various ways. */
import { currentCall } from 'modulepickle'
import { openAccount } from './accounts.ts'

export function failOn(wrong: number): (n: number) => number {
  return n => {
    if (n === wrong) openAccount(1).withdraw(n)
    return n
  }
}

export function throwValue(value: unknown): never {
  throw value
}

export function throwSeveral(): never {
  throw new AggregateError([new RangeError('first'), new TypeError('second')], 'several')
}

export function giveWhatCannotBePickled(): unknown {
  return { deep: { never: new Promise(() => {}) } }
}

/** Fails until it is called for the third time. */
export function failTwice(): number {
  const { attempt, progress } = currentCall()!
  progress(attempt)
  if (attempt < 3) throw new RangeError(`attempt ${attempt}`)
  return attempt
}

export function throwInTimer(): Promise<never> {
  setTimeout(() => {
    throw new RangeError('in a timer')
  }, 5)
  return new Promise(() => {})
}

export function rejectUnhandled(): string {
  void Promise.reject(new RangeError('nobody cares'))
  return 'fine'
}

/** Returns, and throws later. */
export function throwLater(delayMs: number): string {
  setTimeout(() => {
    throw new RangeError('left behind')
  }, delayMs)
  return 'fine'
}
