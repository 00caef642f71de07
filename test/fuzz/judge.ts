/**
 * What every input must satisfy: it is read, or refused by a ModulePickleError that names the byte; quickly; and nothing outside
 * of what it made has changed.
 */
import { ModulePickleError } from '../../src/errors.ts'
import { dis, dumps, loads, readPreamble } from '../../src/pickle/index.ts'

const slowestMs = 2000

/** What is wrong with how the input was handled, or undefined. */
export function judge(input: Uint8Array): string | undefined {
  const start = performance.now()
  const found =
    refusal(() => dis(input)) ??
    refusal(() => readPreamble(input)) ??
    refusal(() => loads(input, { allow: 'data', python: true })) ??
    refusal(() => again(loads(input, { allow: 'data' })))
  if (found !== undefined) return found
  const took = performance.now() - start
  if (took > slowestMs) return `it took ${took} ms`
  return isPolluted() ? 'a prototype has changed' : undefined
}

function refusal(read: () => unknown): string | undefined {
  try {
    read()
    return undefined
  } catch (error) {
    if (!(error instanceof ModulePickleError)) return String((error as Error).stack)
    return /^at byte \d+ |^dicts with keys|: /.test(error.message) ? undefined : `no offset: ${error.message}`
  }
}

/** What was read is written, and read again is the same. */
function again(value: unknown): void {
  const bytes = dumps(value)
  const second = dumps(loads(bytes, { allow: 'data' }))
  if (!Buffer.from(bytes).equals(second)) throw new Error('read again, it is written otherwise')
}

function isPolluted(): boolean {
  return (
    Object.keys(Object.prototype).length + Object.keys(Array.prototype).length + Object.keys(Map.prototype).length >
      0 ||
    !Object.isExtensible(Object.prototype) ||
    Object.getPrototypeOf({}) !== Object.prototype ||
    Reflect.get({}, 'polluted') !== undefined
  )
}
