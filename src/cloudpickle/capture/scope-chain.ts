/**
 * Lines up V8's scope chain of a closure with the lexical scopes of its text.
 *
 * V8 keeps a context only for scopes with a variable that some closure uses, and shows each as a list of names and live
 * values, innermost first. Walking outwards, an entry belongs to the next lexical scope that binds all its names.
 */
import type { FunctionSite, Scope } from '../source/lexical-scopes.ts'
import type { LiveScope } from './inspector.ts'

/** Names that V8 may list in a context although the text does not declare them there. */
export const implicitNames: ReadonlySet<string> = new Set([
  'arguments',
  'this',
  'require',
  'module',
  'exports',
  '__filename',
  '__dirname',
])

/** The scopes around a closure that exist as contexts in V8, outermost first, the module's own scope included. */
export type ScopeChain = readonly { readonly scope: Scope; readonly variables: LiveScope['variables'] }[]

type MutableChain = { scope: Scope; variables: LiveScope['variables']; isShared: boolean }[]

export function alignScopes(live: readonly LiveScope[], innermost: Scope): ScopeChain {
  const chain: MutableChain = []
  for (const { description, variables } of live) {
    if (description === 'Script' || description === 'Global') {
      addScriptScope(chain, variables, moduleOf(innermost))
      continue
    }
    const listed = Object.getOwnPropertyNames(variables)
    const declared = listed.filter(name => !implicitNames.has(name))
    // Such as `const require = createRequire(…)`, which the text does declare.
    const names = declared.length > 0 ? declared : listed
    if (names.length === 0) continue
    const known = chain[0]
    let scope: Scope | undefined = known ? known.scope : innermost
    // A function with destructured or default parameters has two contexts: one for them and one for its body.
    if (known && names.some(name => Object.hasOwn(known.variables, name))) scope = known.scope.parent
    while (scope && !names.every(name => scope!.bindings.has(name))) scope = scope.parent
    if (!scope) continue
    if (known?.scope === scope) known.variables = both(known.variables, variables)
    else chain.unshift({ scope, variables, isShared: false })
  }
  return chain
}

/** The chain of the function or class at `site`. V8 makes a class inside the scope that holds its own name, which its text has with it. */
export function scopesAround(live: readonly LiveScope[], site: FunctionSite): ScopeChain {
  const chain = alignScopes(live, innermostScope(site))
  return site.form === 'class' ? chain.filter(({ scope }) => !site.inner.includes(scope)) : chain
}

/** The lexical scope that V8's chain of a function or class begins in. */
export function innermostScope({ form, scope, inner }: FunctionSite): Scope {
  return (form === 'class' ? inner[0] : undefined) ?? scope
}

/**
 * Names of variables around a script's own scopes: of the function that evaluated it, or parameters that it was compiled with.
 */
export function namesAround(live: readonly LiveScope[], innermost: Scope): ReadonlySet<string> {
  const outside = new Set<string>()
  for (const { description, variables } of live) {
    if (description === 'Global' || description === 'Script') continue
    for (const name of Object.getOwnPropertyNames(variables)) {
      if (!implicitNames.has(name) && !isDeclared(name, innermost)) outside.add(name)
    }
  }
  return outside
}

function isDeclared(name: string, innermost: Scope): boolean {
  let scope: Scope | undefined = innermost
  while (scope && !scope.bindings.has(name)) scope = scope.parent
  return scope !== undefined
}

/**
 * Classic scripts (`node -e`, the REPL) share one scope for what `let`, `const` and `class` declare, and have `var` and functions
 * as properties of the global object; this script's part of both is its top level. What is known of a module's own scope by then
 * is all there is.
 */
function addScriptScope(chain: MutableChain, shared: LiveScope['variables'], scope: Scope): void {
  const outermost = chain[0]?.scope === scope ? chain[0] : undefined
  if (outermost && !outermost.isShared) return
  const own: PropertyDescriptorMap = {}
  for (const name of scope.bindings.keys()) {
    const descriptor = Object.getOwnPropertyDescriptor(shared, name)
    if (descriptor) own[name] = descriptor
  }
  const variables = Object.defineProperties({}, own)
  if (outermost) outermost.variables = both(variables, outermost.variables)
  else chain.unshift({ scope, variables, isShared: true })
}

function moduleOf(innermost: Scope): Scope {
  let scope = innermost
  while (scope.parent) scope = scope.parent
  return scope
}

/** Without reading: a variable that is not initialised yet is a getter that throws. */
function both(a: LiveScope['variables'], b: LiveScope['variables']): LiveScope['variables'] {
  return Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(a), ...Object.getOwnPropertyDescriptors(b) })
}
