/**
 * The policy: which functions and classes travel by reference, and under which name.
 *
 * By reference, in this order:
 * 1. functions that Node's builtin modules export, as `node:…`;
 * 2. what an installed package exports, by the file inside the package that was loaded, and what its modules hold in variables
 *    that are never reassigned (held-bindings.ts), as soon as a closure of the package travels;
 * 3. every function or class that a local module declares at its top level, exported or not, unless that module is an
 *    entry; methods of such classes by their path. A class that a call made, and a function that the top level made for one, by the
 *    binding that holds it, where that is around a function in the pickle (named-values.ts).
 * Everything else travels by value: nested functions, whatever an entry or a module registered for it declares, and functions whose owner cannot be known
 * because something wrapped them. (Intrinsics of the language are named by the pickle layer before this is asked.)
 *
 * Nothing is run and nothing is imported to find out.
 */
import { createRequire } from 'node:module'
import { assignedValue } from '../source/compiled-modules.ts'
import { isInNodeModules } from '../source/installed-package.ts'
import type { FunctionSite } from '../source/lexical-scopes.ts'
import type { AnyNode } from '../source/parse.ts'
import { builtinNameOf } from './builtins.ts'
import { isRegisteredByValue } from '../by-value.ts'
import { isEntry } from './entries.ts'
import type { LoadedScript } from './loaded-script.ts'

/** A module as the other end can find it. `runtime` is this package itself, by the specifier that imports it. */
export type ModuleTarget =
  | { readonly kind: 'builtin'; readonly name: string }
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'runtime'; readonly specifier: string }

export interface FunctionReference {
  readonly module: ModuleTarget
  /** An export path such as `simulate`, `default` or `Foo.prototype.bar`; `#name` for a binding that is not exported. */
  readonly name: string
}

/** Whether a module is not imported on the other end: an entry, or one that somebody registered. */
export function travelsByValue(file: string): boolean {
  return isEntry(file) || isRegisteredByValue(file)
}

/** Where a module's own top-level bindings go: into the closures that use them, or by name because the module travels. */
export function ownsItsBindings(script: LoadedScript): script is LoadedScript & { file: string } {
  return script.file !== undefined && !travelsByValue(script.file) && !isInNodeModules(script.file)
}

/** A function that no script of this process declares: only a builtin module can name it. */
export function builtinReference(fn: Function): FunctionReference | undefined {
  const found = builtinNameOf(fn)
  return found && { module: { kind: 'builtin', name: found.module }, name: found.name }
}

/**
 * The reference for `fn`, declared at `site` of `script`; undefined when it has to travel by value.
 * `currentValue` reads a top-level binding of the script, for bindings that are assigned to after their declaration.
 */
export function scriptReference(
  fn: Function,
  script: LoadedScript,
  site: FunctionSite,
  currentValue: (name: string) => unknown,
): FunctionReference | undefined {
  if (script.url.startsWith('node:')) return builtinReference(fn)
  if (script.file === undefined || travelsByValue(script.file)) return undefined
  const module: ModuleTarget = { kind: 'file', file: script.file }
  if (!script.isModule) {
    const name = exportedByCommonJs(script.file, fn)
    if (name !== undefined) return { module, name }
  }
  const local = topLevelName(script, site)
  if (local === undefined) return undefined
  const [root] = local.split('.', 1)
  const binding = script.scopes.module.bindings.get(root!)
  // A binding that is assigned to, or a class whose methods may have been replaced, is looked at; others are as declared.
  if (binding?.reassigned && local === root && currentValue(root) !== fn) return undefined
  if (local !== root && memberOf(currentValue(root!), local.split('.').slice(1)) !== fn) return undefined
  const exported = exportNameOf(script, root!)
  if (exported !== undefined) return { module, name: exported + local.slice(root!.length) }
  return ownsItsBindings(script) ? { module, name: `#${local}` } : undefined
}

/** The name by which a plain CommonJS module exports `fn`, or the class it is a method of; by identity, from the module cache. */
function exportedByCommonJs(file: string, fn: Function): string | undefined {
  const exports: unknown = createRequire(import.meta.url).cache[file]?.exports
  if (exports === fn) return 'module.exports'
  const name = keyOf(exports, fn)
  if (name !== undefined) return name
  for (const owner of isObject(exports) ? keysOf(exports) : []) {
    const value: unknown = Object.getOwnPropertyDescriptor(exports, owner)?.value
    if (typeof value !== 'function') continue
    const method = keyOf(value.prototype, fn)
    if (method !== undefined) return `${owner}.prototype.${method}`
    const member = keyOf(value, fn)
    if (member !== undefined) return `${owner}.${member}`
  }
  return undefined
}

function memberOf(owner: unknown, path: readonly string[]): unknown {
  let value = owner
  for (const key of path) value = isObject(value) ? Object.getOwnPropertyDescriptor(value, key)?.value : undefined
  return value
}

/** The first own data property of `object`, in code point order, that holds `value`. */
function keyOf(object: unknown, value: Function): string | undefined {
  if (!isObject(object)) return undefined
  return keysOf(object).find(
    key => key !== 'constructor' && Object.getOwnPropertyDescriptor(object, key)?.value === value,
  )
}

function keysOf(object: object): string[] {
  return Object.getOwnPropertyNames(object)
    .filter(key => !key.includes('.'))
    .toSorted()
}

function isObject(value: unknown): value is object {
  return typeof value === 'function' || (typeof value === 'object' && value !== null)
}

/** `name`, or `Class.prototype.method` and `Class.method`, of what `site` declares at the top level of its module. */
function topLevelName(script: LoadedScript, site: FunctionSite): string | undefined {
  if (site.form === 'method') return methodName(script, site)
  if (!site.scope.isModule) return undefined
  return declaredName(script, site.code)
}

function declaredName(script: LoadedScript, code: AnyNode): string | undefined {
  for (const [name, { init }] of script.record.declarations) if (init && withoutName(init) === code) return name
  return undefined
}

function methodName(script: LoadedScript, site: FunctionSite): string | undefined {
  const member = site.node as AnyNode
  if (member.type !== 'MethodDefinition' || member.kind !== 'method' || member.computed) return undefined
  if (member.key.type !== 'Identifier') return undefined
  const owner = site.scope.parent?.isModule ? declaredName(script, site.scope.node as AnyNode) : undefined
  return owner && `${owner}.${member.static ? '' : 'prototype.'}${member.key.name}`
}

/** esbuild's keepNames wraps functions as `__name(fn, 'fn')`; babel's declarations export at once: `const a = exports.a = …`. */
function withoutName(declared: AnyNode): AnyNode {
  const init = assignedValue(declared)
  const isCall = init.type === 'CallExpression' && init.callee.type === 'Identifier' && init.callee.name === '__name'
  return isCall ? (init.arguments[0] ?? init) : init
}

/** The first of the names that export a local binding, in code point order. */
export function exportNameOf(script: LoadedScript, local: string): string | undefined {
  const names: string[] = []
  for (const [exported, name] of script.record.exports) if (name === local) names.push(exported)
  return names.toSorted()[0]
}
