/**
 * The refusal of a function that cannot travel by value: where its text is, why, and what to do instead.
 */
import { ModulePickleError } from '../../errors.ts'
import type { LoadedScript } from './loaded-script.ts'

/** `offset` is a place in the text of the script; `way` is a sentence without its end. */
export function unsupported(script: LoadedScript, offset: number, what: string, way: string): ModulePickleError {
  const where = describePosition(script, offset)
  return new ModulePickleError(
    'ERR_CAPTURE_UNSUPPORTED',
    `The function at ${where} cannot travel by value: ${what}. ${way}, or import the function from a module of its own.`,
  )
}

function describePosition(script: LoadedScript, offset: number): string {
  const { line, column } = script.originalPosition(offset)
  return `${script.file ?? script.url}:${line + 1}:${column + 1}`
}
