/**
 * Variables that the program has not initialised yet, where V8 does not tell: that of Node 20 shows them as undefined.
 *
 * Input: the scopes around a function, as V8 shows them. Output: the same, but reading such a variable throws, as it does in what newer
 * versions show. Asked of the probe, and only where the text gives the variable a value; one that the text declares without a value
 * stays undefined, as does what a function that cannot be entered sees.
 */
import type { Inspector } from './inspector.ts'
import type { LiveFunction } from './live-functions.ts'
import { canProbe, enterCell } from './probe.ts'
import type { ScopeChain } from './scope-chain.ts'

const isShown = Number(process.versions.node.split('.', 1)[0]) >= 22

export function withUninitialized(inspector: Inspector, live: LiveFunction, chain: ScopeChain): ScopeChain {
  if (isShown) return chain
  return chain.map(entry => {
    const names = Object.getOwnPropertyNames(entry.variables).filter(name =>
      isUninitialized(inspector, live, entry, name),
    )
    if (names.length === 0) return entry
    const properties = Object.getOwnPropertyDescriptors(entry.variables)
    for (const name of names) properties[name] = { get: () => refuse(name), enumerable: true, configurable: true }
    return { scope: entry.scope, variables: Object.defineProperties({}, properties) as typeof entry.variables }
  })
}

function isUninitialized(
  inspector: Inspector,
  live: LiveFunction,
  { scope, variables }: ScopeChain[number],
  name: string,
): boolean {
  if (variables[name] !== undefined) return false
  const binding = scope.bindings.get(name)
  if (!binding || !(binding.init || binding.isConstant)) return false
  if ((scope.isModule && live.script.record.imports.has(name)) || !canProbe(live.site, binding)) return false
  const cell = enterCell(inspector, live, binding)
  try {
    void cell.value
    return false
  } catch {
    return true
  }
}

function refuse(name: string): never {
  throw new ReferenceError(`Cannot access '${name}' before initialization`)
}
