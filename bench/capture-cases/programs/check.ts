/**
 * Runs the check of a case, and tells a value that is not what it was from code that fails.
 */
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import path from 'node:path'
import vm from 'node:vm'
import { describeError, withinMs } from './records.ts'

const checkName = 'check-of-case'
const timeoutMs = 4000

export type Verdict =
  | { readonly outcome: 'right' }
  /** The value is there and is not what it was. */
  | { readonly outcome: 'wrong'; readonly message: string }
  /** The revived code threw: nobody can mistake that for a result. */
  | { readonly outcome: 'failed'; readonly message: string }

export async function runCheck(text: string, value: unknown): Promise<Verdict> {
  const check = vm.runInThisContext(`(${text})`, { filename: checkName }) as (value: unknown, t: object) => unknown
  const t = { ...assert, require: createRequire(path.resolve('check.js')) }
  try {
    await withinMs(timeoutMs, Promise.resolve(check(value, t)))
    return { outcome: 'right' }
  } catch (error) {
    return { outcome: isAboutTheValue(error) ? 'wrong' : 'failed', message: describeError(error) }
  }
}

/** An assertion, or the check itself found nothing to call or to read. */
function isAboutTheValue(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof assert.AssertionError) return true
  const frames = (error.stack ?? '').split('\n').filter(line => /^\s+at /.test(line))
  // Neither the language's own functions nor Node's say whose fault it was.
  const first = frames.find(frame => !/\(<anonymous>\)$|\(native|node:/.test(frame))
  return first?.includes(checkName) ?? false
}
