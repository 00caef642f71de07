/**
 * What is known about which functions stand in one and the same scope. That never changes, so it is kept as long as they live.
 *
 * Functions that were seen to share a scope have one identity for it. Two identities are known to differ where both were settled
 * together; else nobody has compared them yet.
 */
import type { Scope } from '../source/lexical-scopes.ts'

export interface ScopeIdentity {
  /** All identities with the same one are of different scopes. */
  settlement: object | undefined
  /** It turned out to be that one. */
  is: ScopeIdentity | undefined
}

const identities = new WeakMap<Function, Map<Scope, ScopeIdentity>>()

export function identityOf(fn: Function, scope: Scope): ScopeIdentity | undefined {
  let identity = identities.get(fn)?.get(scope)
  while (identity?.is) identity = identity.is
  return identity
}

/** Takes note that functions share a scope. */
export function unite(scope: Scope, functions: readonly Function[]): ScopeIdentity {
  const known = functions.flatMap(fn => identityOf(fn, scope) ?? [])
  const identity = known[0] ?? { settlement: undefined, is: undefined }
  for (const other of known) if (other !== identity) other.is = identity
  for (const fn of functions) {
    const scopes = identities.get(fn) ?? new Map<Scope, ScopeIdentity>()
    identities.set(fn, scopes.set(scope, identity))
  }
  return identity
}

/** Takes note that the functions of each group share a scope, and those of different groups do not. */
export function settle(scope: Scope, groups: Iterable<readonly Function[]>): void {
  const settlement = {}
  for (const group of groups) unite(scope, group).settlement = settlement
}
