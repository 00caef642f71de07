/**
 * Reading the variables of a scope as V8 shows them: those that are not initialised yet throw a ReferenceError, for every closure
 * of the context alike.
 */
import type { LiveScope } from './inspector.ts'

export function isInitialized(variables: LiveScope['variables'], name: string): boolean {
  try {
    void variables[name]
    return true
  } catch {
    return false
  }
}

/** undefined for one that is not initialised yet. Also for the exports of a namespace. */
export function readVariable(variables: LiveScope['variables'], name: string): unknown {
  try {
    return variables[name]
  } catch {
    return undefined
  }
}

const uninitialized = Symbol('uninitialized')

/** What tells variables apart: one that is not initialised yet holds the same as any other such, and as nothing else. */
export function valueOf(variables: LiveScope['variables'], name: string): unknown {
  return isInitialized(variables, name) ? variables[name] : uninitialized
}
