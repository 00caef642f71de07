/**
 * Functions that stand for exports of modules which this process has not loaded, and need not load: they pickle as references to
 * these, and nothing of the modules runs here.
 */
import type { FunctionReference } from './function-reference.ts'

const standIns = new WeakMap<Function, FunctionReference>()

/** Stands for the export `name` of `file`. Whether the module has it shows when it is pickled. Calling it here fails. */
export function standInFor(file: string, name: string): (...args: readonly unknown[]) => unknown {
  const standIn = (): never => {
    throw new TypeError(`${name} of ${file} is not loaded in this process, so it cannot be called here.`)
  }
  standIns.set(standIn, { module: { kind: 'file', file }, name })
  return standIn
}

/** What `fn` stands for. */
export function stoodFor(fn: Function): FunctionReference | undefined {
  return standIns.get(fn)
}
