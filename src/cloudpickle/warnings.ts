/**
 * Warnings about what a pickle takes along, through `process.emitWarning` with the codes of errors.ts. Each is given once.
 */
import type { WarningCode } from '../errors.ts'

const given = new Set<string>()

/** More different ones than this are not told any more. */
const mostWarnings = 1000

export function warnOnce(code: WarningCode, message: string): void {
  const key = `${code} ${message}`
  if (given.has(key) || given.size >= mostWarnings) return
  given.add(key)
  process.emitWarning(message, { type: 'ModulePickleWarning', code })
}
