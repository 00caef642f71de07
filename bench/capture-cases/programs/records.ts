/**
 * What the programs tell the harness, as lines of JSON in a file: whatever had been written stays when a process dies.
 */
import { appendFileSync } from 'node:fs'

/** `began` without another line of the same name: the process ended in the middle of that case. */
export type SentRecord =
  | { readonly name: string; readonly began: true }
  | { readonly name: string; readonly payload: string }
  | { readonly name: string; readonly refused: string; readonly code: string | undefined }
  /** The live value is no longer what it was, whether or not it was written. */
  | { readonly name: string; readonly damaged: string }

export type ReceivedRecord =
  | { readonly name: string; readonly began: true }
  | { readonly name: string; readonly outcome: 'right' | 'wrong' | 'failed'; readonly message?: string }

export interface ListedCase {
  readonly name: string
  /** The text of the check; undefined where nothing that arrives can be right. */
  readonly check: string | undefined
  readonly mustRefuse: boolean
}

export function recorderTo<T>(file: string): (record: T) => void {
  return record => appendFileSync(file, `${JSON.stringify(record)}\n`)
}

/** Rejects after a while: a value that never comes is no answer. */
export async function withinMs<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${timeoutMs} ms.`)), timeoutMs)
  })
  try {
    return await Promise.race([work, timeout])
  } finally {
    clearTimeout(timer)
  }
}

export function describeError(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return text.replaceAll(/\s+/g, ' ').slice(0, 400)
}
