/**
 * Variables that all classic scripts of a realm have in common: what lines of the REPL, `node -e` and the like declare at their
 * top level. No module owns them, so they travel as members of one object, which all functions of a pickle share.
 */
import type { LiveScope } from './inspector.ts'

/** Stands for the object; one for each dump. */
export class ScriptVariables {
  readonly kind = 'script variables'
}

/**
 * The variable `name` as a function sees it that does not declare it itself; undefined where it belongs to a function around, or
 * is a property that a program has given the global object. `var` and functions become properties that cannot be deleted.
 */
export function scriptVariable(live: readonly LiveScope[], name: string): PropertyDescriptor | undefined {
  for (const { description, variables } of live) {
    const found = Object.getOwnPropertyDescriptor(variables, name)
    if (found === undefined) continue
    if (description === 'Script') return found
    return description === 'Global' && found.configurable === false && found.writable === true ? found : undefined
  }
  return undefined
}
