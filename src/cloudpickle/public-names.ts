/**
 * What this package exports, by identity: its functions and classes travel by these names, from whichever file they come. How the
 * build spreads modules over files, and what it calls things there, says nothing to the other end.
 */
import type { FunctionReference } from './capture/function-reference.ts'
import { processRegistry } from './source/process-registry.ts'

type Exports = Readonly<Record<string, unknown>>

interface PublicNames {
  /** What has not been looked at yet: a module registers itself before it is evaluated to the end. */
  readonly registered: (readonly [specifier: string, exports: Exports])[]
  readonly references: WeakMap<Function, FunctionReference>
}

const names = processRegistry('public names', 1, (): PublicNames => ({ registered: [], references: new WeakMap() }))

/** `exports` is the namespace of the module that `specifier` imports. */
export function registerExports(specifier: string, exports: Exports): void {
  names.registered.push([specifier, exports])
}

/** The name of a function or class that this package exports, or another copy of it in this process. */
export function publicReference(fn: Function): FunctionReference | undefined {
  for (const [specifier, exports] of names.registered.splice(0)) {
    for (const [name, value] of Object.entries(exports)) {
      if (typeof value !== 'function' || names.references.has(value)) continue
      names.references.set(value, { module: { kind: 'runtime', specifier }, name })
    }
  }
  return names.references.get(fn)
}
