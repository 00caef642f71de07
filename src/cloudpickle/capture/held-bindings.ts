/**
 * Names for what an installed package keeps to itself: functions, classes and objects that its modules hold in variables which
 * are never reassigned, exported or not. `lodash[[Scopes]][0].LazyWrapper`: a variable of a scope around an exported function.
 *
 * Input: scripts of packages that closures by value come from. Output: references, so that of a library only state travels. Such
 * a package is on the other end in the same version, so V8 has the same scopes there. Nothing is run.
 */
import { createRequire } from 'node:module'
import { isModuleNamespaceObject, isProxy } from 'node:util/types'
import { intrinsicName } from '../../pickle/index.ts'
import { isRegisteredByValue } from '../by-value.ts'
import { installedFile, isInNodeModules } from '../source/installed-package.ts'
import type { Scope } from '../source/lexical-scopes.ts'
import { resolveModule } from '../source/resolve.ts'
import type { FunctionReference } from './function-reference.ts'
import type { Inspector, LiveScope } from './inspector.ts'
import type { LiveFunctions } from './live-functions.ts'
import type { LoadedScript } from './loaded-script.ts'
import { implicitNames, type ScopeChain } from './scope-chain.ts'
import { readVariable } from './scope-variables.ts'

/** Exported functions of one CommonJS module whose scopes are looked through. */
const mostWitnesses = 8

/** A function that its module exports, and the scopes that V8 shows of it. */
interface Witness {
  readonly name: string
  readonly innermost: Scope
  readonly scopes: readonly LiveScope[]
}

/** `isMade` for what the text does not declare as a function or class: a library may have filled it at any time. */
export interface HeldFunction {
  readonly reference: FunctionReference
  readonly isMade: boolean
}

/** A script of an installed package, other than this one. */
export function isOfPackage(script: LoadedScript): script is LoadedScript & { file: string } {
  return (
    script.file !== undefined &&
    isInNodeModules(script.file) &&
    !isRegisteredByValue(script.file) &&
    !isOwn(script, script.file)
  )
}

/** What was loaded stays of the package that it was of. */
const own = new WeakMap<LoadedScript, boolean>()

function isOwn(script: LoadedScript, file: string): boolean {
  const known = own.get(script) ?? installedFile(file)?.name === 'modulepickle'
  own.set(script, known)
  return known
}

export class HeldBindings {
  readonly #inspector: Inspector
  readonly #live: LiveFunctions
  readonly #functions = new Map<object, HeldFunction>()
  readonly #objects = new Map<object, FunctionReference>()
  readonly #claimed = new Map<object, FunctionReference>()
  readonly #met = new Set<LoadedScript>()
  /** The modules around functions of the program, whose imports nobody has looked at yet. */
  readonly #around = new Map<LoadedScript, () => ScopeChain>()

  constructor(inspector: Inspector, functions: LiveFunctions) {
    this.#inspector = inspector
    this.#live = functions
  }

  /** Takes note of a function of the program: what its module imports has names. */
  surround(script: LoadedScript, scopes: () => ScopeChain): void {
    if (!this.#met.has(script)) this.#around.set(script, scopes)
  }

  /** The reference for a function of a package's script. */
  functionOf(
    fn: Function,
    script: LoadedScript & { file: string },
    scopes: () => ScopeChain,
  ): HeldFunction | undefined {
    this.#meet(script, scopes)
    if (!this.#functions.has(fn)) this.#lookAround()
    return this.#functions.get(fn)
  }

  /** Says that an object is a variable's value: from then on it travels by the variable's name, however it is reached. */
  claim(value: unknown): void {
    const reference = isObject(value) ? this.#objects.get(value) : undefined
    if (reference) this.#claimed.set(value as object, reference)
  }

  objectOf(value: object): FunctionReference | undefined {
    return this.#claimed.size > 0 ? this.#claimed.get(value) : undefined
  }

  #meet(script: LoadedScript & { file: string }, scopes: () => ScopeChain): void {
    if (this.#met.has(script)) return
    this.#met.add(script)
    for (const { name, innermost, scopes: live } of this.#witnesses(script, scopes)) {
      for (const [index, { variables }] of live.entries()) {
        const scope = scopeOf(variables, innermost)
        for (const key of scope ? Object.getOwnPropertyNames(variables) : []) {
          const binding = scope?.bindings.get(key)
          if (binding?.reassigned !== false) continue
          const isMade = !/^(Function|Class)/.test(binding.init?.type ?? '')
          this.#note(readVariable(variables, key), script.file, `${name}[[Scopes]][${index}].${key}`, isMade)
        }
      }
    }
  }

  #witnesses(script: LoadedScript & { file: string }, scopes: () => ScopeChain): Witness[] {
    const found: Witness[] = []
    const exported = script.isModule ? moduleExports(script, scopes()) : commonJsExports(script.file)
    for (const [name, fn] of exported) {
      const live = this.#live.find(fn)
      if (live?.script !== script) continue
      found.push({ name, innermost: live.site.scope, scopes: this.#inspector.internalsOf(fn).scopes() })
      // Around each function of an ECMAScript module there is the same scope of the module.
      if (script.isModule || found.length === mostWitnesses) break
    }
    return found
  }

  #lookAround(): void {
    for (const [script, scopes] of this.#around) {
      this.#around.delete(script)
      this.#met.add(script)
      const variables = scopes().find(({ scope }) => scope.isModule)?.variables
      for (const [local, { specifier, name }] of variables && script.file !== undefined ? script.record.imports : []) {
        const target = resolveModule(specifier, script.file!, name === 'module.exports' ? 'require' : 'import')
        if (target?.kind === 'file') this.#noteImport(readVariable(variables!, local), target.file, name)
      }
    }
  }

  #noteImport(value: unknown, file: string, name: string): void {
    if (!isInNodeModules(file) || !isObject(value)) return
    if (!isModuleNamespaceObject(value)) return this.#note(value, file, name)
    const prefix = name === '*' ? '' : `${name}.`
    for (const key of Object.keys(value))
      this.#note(readVariable(value as Record<string, unknown>, key), file, `${prefix}${key}`)
  }

  #note(value: unknown, file: string, name: string, isMade = true): void {
    if (!isObject(value) || isProxy(value) || isModuleNamespaceObject(value) || intrinsicName(value) !== undefined)
      return
    const reference: FunctionReference = { module: { kind: 'file', file }, name }
    if (typeof value !== 'function') {
      if (!this.#objects.has(value)) this.#objects.set(value, reference)
    } else if (!this.#functions.has(value)) this.#functions.set(value, { reference, isMade })
  }
}

/** The functions that a module exports, by name in code point order. */
function moduleExports({ record }: LoadedScript, chain: ScopeChain): [string, Function][] {
  const variables = chain.find(({ scope }) => scope.isModule)?.variables
  const names = [...record.exports].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return names.flatMap(([exported, local]) => {
    const value = variables && local !== undefined ? readVariable(variables, local) : undefined
    return typeof value === 'function' && !isProxy(value) ? [[exported, value] as [string, Function]] : []
  })
}

function commonJsExports(file: string): [string, Function][] {
  const exports: unknown = createRequire(import.meta.url).cache[file]?.exports
  if (!isObject(exports) || isProxy(exports)) return []
  const found: [string, Function][] = typeof exports === 'function' ? [['module.exports', exports]] : []
  for (const key of Object.getOwnPropertyNames(exports).toSorted()) {
    const value: unknown = Object.getOwnPropertyDescriptor(exports, key)?.value
    if (typeof value === 'function' && !isProxy(value) && /^[\w$]+$/.test(key)) found.push([key, value])
  }
  return found
}

/** The scope that declares all the names, seen from inside. */
function scopeOf(variables: LiveScope['variables'], innermost: Scope): Scope | undefined {
  const names = Object.getOwnPropertyNames(variables).filter(name => !implicitNames.has(name))
  let scope: Scope | undefined = names.length > 0 ? innermost : undefined
  while (scope && !names.every(name => scope!.bindings.has(name))) scope = scope.parent
  return scope
}

function isObject(value: unknown): value is object {
  return typeof value === 'function' || (typeof value === 'object' && value !== null)
}
