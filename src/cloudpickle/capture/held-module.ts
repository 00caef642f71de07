/**
 * Which module a variable of a captured function holds, where the declaration does not say so: one that bundles assign to when
 * a module is first needed, or that a loader has filled in its own way.
 *
 * Input: the variable and its live value. Output: a reference, or undefined for a value like any other.
 */
import { isBuiltin } from 'node:module'
import { isModuleNamespaceObject, isProxy } from 'node:util/types'
import type { Binding } from '../source/lexical-scopes.ts'
import type { ImportBinding } from '../source/module-record.ts'
import { resolveModule } from '../source/resolve.ts'
import { builtinModuleOf } from './builtins.ts'
import { isRegisteredByValue } from '../by-value.ts'
import { isEntry } from './entries.ts'
import type { LoadedScript } from './loaded-script.ts'
import { ModuleReference } from './module-reference.ts'
import { commonJsFile, type ScriptOf } from './namespace-target.ts'
import { nodeSpecifier } from './vite-specifiers.ts'

/** What a line of a program held for the lines after it: `const fs = require('node:fs')`. */
export function requiredModule(value: unknown): ModuleReference | undefined {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function'
  const builtin = isObject ? builtinModuleOf(value) : undefined
  if (builtin !== undefined) return new ModuleReference({ kind: 'builtin', name: builtin }, 'module.exports')
  const file = commonJsFile(value)
  return file === undefined ? undefined : new ModuleReference({ kind: 'file', file }, 'module.exports')
}

export function heldModule(
  script: LoadedScript,
  { name, scope, reassigned }: Binding,
  value: unknown,
  { targetOf, scriptOf }: { targetOf: (proxy: object) => unknown; scriptOf: ScriptOf },
): ModuleReference | undefined {
  const isImport = scope.isModule && script.record.imports.has(name)
  if (isImport && script.record.wrapper === 'vite') return importedByVite(script, name, value, targetOf)
  const builtin = requiredBuiltin(script, value)
  if (builtin !== undefined) return new ModuleReference({ kind: 'builtin', name: builtin }, 'module.exports')
  const file = isImport || reassigned ? commonJsFile(value) : undefined
  if (file !== undefined && isRegisteredByValue(file)) return undefined
  if (file !== undefined) return new ModuleReference({ kind: 'file', file }, 'module.exports')
  return isImport && script.file !== undefined
    ? requiredByJest(script.record.imports.get(name)!, script.file, value, scriptOf)
    : undefined
}

/** The module of the specifier, unless what is there instead is made of functions of a test, or of Jest's mocks. */
function requiredByJest(
  { specifier, name, property, interop }: ImportBinding,
  fromFile: string,
  value: unknown,
  scriptOf: ScriptOf,
): ModuleReference | undefined {
  const module = name === 'module.exports' ? resolveModule(specifier, fromFile, 'require') : undefined
  if (module === undefined || property !== undefined) return undefined
  let isMock = false
  for (const { get, value: exported } of Object.values(Object.getOwnPropertyDescriptors(Object(value)))) {
    const fn: unknown = get ?? exported
    if (typeof fn !== 'function') continue
    const declaredIn = scriptOf(fn)?.file
    if (module.kind === 'file' && declaredIn === module.file) return new ModuleReference(module, name, [], interop)
    isMock ||= Object.hasOwn(fn, '_isMockFunction') || (declaredIn !== undefined && isEntry(declaredIn))
  }
  return isMock ? undefined : new ModuleReference(module, name, [], interop)
}

/** One of the builtin modules that the script itself imports. */
function requiredBuiltin({ record }: LoadedScript, value: unknown): string | undefined {
  if (typeof value !== 'object' && typeof value !== 'function') return undefined
  for (const { kind, specifier } of record.requests) {
    if (kind === 'url' || specifier === undefined || !isBuiltin(specifier)) continue
    if (process.getBuiltinModule(specifier) === value) return `node:${specifier.replace(/^node:/, '')}`
  }
  return undefined
}

/**
 * A module that vite has left to Node. What it runs itself shows by its own object which it is; what stands for a mocked one is
 * neither. vitest puts a Proxy around some namespaces, so that their default is that of compilers.
 */
function importedByVite(
  { record, file }: LoadedScript,
  name: string,
  value: unknown,
  targetOf: (proxy: object) => unknown,
): ModuleReference | undefined {
  const namespace = isProxy(value) ? targetOf(value as object) : value
  if (!isModuleNamespaceObject(namespace) || file === undefined) return undefined
  const required = commonJsFile(Reflect.get(namespace as object, 'default'))
  if (required !== undefined) {
    return new ModuleReference({ kind: 'file', file: required }, 'module.exports', [], 'esm')
  }
  const specifier = nodeSpecifier(record.imports.get(name)!.specifier, file)
  const module = specifier === undefined ? undefined : resolveModule(specifier, file, 'import')
  return module && new ModuleReference(module, '*')
}
