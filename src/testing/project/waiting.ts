/** Functions that take their time, and tell of it. */
import { currentCall, type CurrentCall } from 'modulepickle'

export function wait(delayMs: number): Promise<string> {
  return new Promise(resolve => setTimeout(() => resolve('waited'), delayMs))
}

/** Tells that it has begun; ends when it is told to. */
export function untilAborted(): Promise<string> {
  const { signal, progress } = currentCall()!
  progress('begun')
  return new Promise(resolve => {
    signal.addEventListener('abort', () => {
      progress('told')
      resolve('obeyed')
    })
  })
}

/** Never gives way. */
export function busy(): never {
  currentCall()!.progress('begun')
  for (;;);
}

/** Tells that it has begun, then takes a while. */
export async function tellAndWait(delayMs: number): Promise<string> {
  currentCall()!.progress('begun')
  return wait(delayMs)
}

export function waitInverse(item: number): Promise<number> {
  return new Promise(resolve => setTimeout(() => resolve(item), item === 0 ? 1000 : 0))
}

type Known = Pick<CurrentCall, 'id' | 'attempt' | 'snapshotId'> & { readonly isAborted: boolean }

export async function tellOfCall(): Promise<Known> {
  const { id, attempt, snapshotId, signal } = currentCall()!
  await wait(1)
  if (currentCall()?.id !== id) throw new Error('It is another call after a timer.')
  return { id, attempt, snapshotId, isAborted: signal.aborted }
}

export function tellValues(values: readonly unknown[]): number {
  for (const value of values) currentCall()!.progress(value)
  return values.length
}
