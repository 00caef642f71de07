/**
 * Which module a live namespace object is, told from what it holds; nothing is imported to find out.
 *
 * A builtin and a CommonJS module show themselves by their default export, an ECMAScript module by a function that it declares
 * and exports under that name, when it exports just the names that the namespace has.
 */
import { createRequire } from 'node:module'
import { ModulePickleError } from '../../errors.ts'
import { namespaceFile } from '../revive/namespaces.ts'
import { exportedNames } from '../source/module-record.ts'
import { builtinNameOf } from './builtins.ts'
import type { ModuleTarget } from './function-reference.ts'
import type { LoadedScript } from './loaded-script.ts'

/**
 * `scriptOf` gives the script that declares a function.
 * @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED for a namespace that only holds values
 */
export function namespaceTarget(namespace: object, scriptOf: (fn: Function) => LoadedScript | undefined): ModuleTarget {
  const known = namespaceFile(namespace)
  if (known !== undefined) return { kind: 'file', file: known }
  const exports = readable(namespace)
  const builtin = builtinNameOf(exports.get('default'))
  if (builtin?.name === 'module.exports') return { kind: 'builtin', name: builtin.module }
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

function declaringFile(
  exports: ReadonlyMap<string, unknown>,
  scriptOf: (fn: Function) => LoadedScript | undefined,
): string | undefined {
  for (const [name, value] of exports) {
    const script = typeof value === 'function' ? scriptOf(value) : undefined
    if (!script?.isModule || script.file === undefined || !script.record.exports.has(name)) continue
    const names = exportedNames(script.record)
    if (names && names.size === exports.size && [...names].every(each => exports.has(each))) return script.file
  }
  return undefined
}
