/**
 * Which module a live object stands for, told from what it holds; nothing is imported to find out.
 *
 * Namespaces stand for modules, and so do the objects that loaders make in their place: the `exports` of a compiler, and what
 * vite runs a module with. A builtin and a CommonJS module show themselves by what they export, an ECMAScript module by a
 * function that it declares and exports under that name, when it exports just the names that the namespace has; the objects of
 * loaders by their getters, which stand in the module's own text.
 */
import { createRequire } from 'node:module'
import { isModuleNamespaceObject, isProxy } from 'node:util/types'
import { ModulePickleError } from '../../errors.ts'
import { namespaceFile } from '../revive/namespaces.ts'
import { exportedNames } from '../source/read-module.ts'
import { builtinModuleOf } from './builtins.ts'
import { travelsByValue, type FunctionReference, type ModuleTarget } from './function-reference.ts'
import type { LoadedScript } from './loaded-script.ts'

/** The script that declares a function. */
export type ScriptOf = (fn: Function) => LoadedScript | undefined

/** A question cheap enough to ask of every object. */
export function mayStandForModule(value: object): boolean {
  if (isProxy(value)) return false
  return (
    isModuleNamespaceObject(value) ||
    Object.hasOwn(value, '__esModule') ||
    (Object.getPrototypeOf(value) === null && Object.hasOwn(value, Symbol.toStringTag))
  )
}

/**
 * The module that `value` stands for, and the name by which that gives it; undefined for an object like any other.
 * @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED for a namespace that only holds values
 */
export function moduleStoodFor(value: object, scriptOf: ScriptOf): FunctionReference | undefined {
  if (isModuleNamespaceObject(value)) return { module: namespaceTarget(value, scriptOf), name: '*' }
  if (Object.hasOwn(value, '__esModule')) {
    const file = commonJsFile(value) ?? gettersFile(value, scriptOf)
    return file === undefined ? undefined : { module: { kind: 'file', file }, name: 'module.exports' }
  }
  const file = gettersFile(value, scriptOf)
  return file === undefined ? undefined : { module: { kind: 'file', file }, name: '*' }
}

function namespaceTarget(namespace: object, scriptOf: ScriptOf): ModuleTarget {
  const known = namespaceFile(namespace)
  if (known !== undefined) return { kind: 'file', file: known }
  const exports = readable(namespace)
  const builtin = builtinModuleOf(exports.get('default'))
  if (builtin !== undefined) return { kind: 'builtin', name: builtin }
  const file = commonJsFile(exports.get('default')) ?? declaringFile(exports, scriptOf)
  if (file !== undefined) return { kind: 'file', file }
  throw new ModulePickleError(
    'ERR_CAPTURE_UNSUPPORTED',
    `the namespace of a module (with ${[...exports.keys()].slice(0, 3).join(', ')}) cannot be told by what it exports. ` +
      'Use an import statement, or call import() inside the function.',
  )
}

function readable(namespace: object): Map<string, unknown> {
  const exports = new Map<string, unknown>()
  for (const name of Object.getOwnPropertyNames(namespace)) {
    try {
      exports.set(name, Reflect.get(namespace, name))
    } catch {
      // Not initialised yet.
      exports.set(name, undefined)
    }
  }
  return exports
}

/** The CommonJS module that has these exports. */
export function commonJsFile(exports: unknown): string | undefined {
  if (typeof exports !== 'function' && (typeof exports !== 'object' || exports === null)) return undefined
  const loaded = Object.values(createRequire(import.meta.url).cache)
  return loaded.find(module => module?.exports === exports)?.filename
}

function declaringFile(exports: ReadonlyMap<string, unknown>, scriptOf: ScriptOf): string | undefined {
  for (const [name, value] of exports) {
    const script = typeof value === 'function' ? scriptOf(value) : undefined
    if (!script?.isModule || script.file === undefined || !script.record.exports.has(name)) continue
    const names = exportedNames(script.record)
    if (names && names.size === exports.size && [...names].every(each => exports.has(each))) return script.file
  }
  return undefined
}

/** The module in whose text the getters of its exports stand, or, for want of getters, the functions that it exports. */
function gettersFile(exports: object, scriptOf: ScriptOf): string | undefined {
  for (const [name, { get, value }] of Object.entries(Object.getOwnPropertyDescriptors(exports))) {
    const fn: unknown = get ?? value
    const script = typeof fn === 'function' ? scriptOf(fn) : undefined
    if (script?.file === undefined || !script.record.exports.has(name) || travelsByValue(script.file)) continue
    return script.file
  }
  return undefined
}
