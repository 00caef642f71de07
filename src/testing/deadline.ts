/**
 * Waiting, with an end: a contract that is broken may show in something that never comes.
 */
import { setTimeout as pause } from 'node:timers/promises'

/** What `promise` settles with. @throws Error when that takes longer */
export async function within<T>(timeoutMs: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not done after ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** For what should come soon, on a machine that is busy. */
export const patienceMs = 20_000

/** Settles when `isSo()` is. @throws Error when it never is */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  const end = Date.now() + patienceMs
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`${what}: not so after ${patienceMs} ms`)
    await pause(5)
  }
}
