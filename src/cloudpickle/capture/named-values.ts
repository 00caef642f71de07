/**
 * Values that a pickle holds although a module that it names holds them, too: there, both are to be one.
 *
 * A symbol never changes, so any lasting binding of the modules around the pickle's functions names it; so it does a class that a
 * call has made (a mixin, a decorator), and a function that a module's top level made, whose states are the module's. An object that
 * functions by value use by its name is named as long as it is what the module's text makes (as-made.ts). With any other state it
 * travels as a value, because the state of a module stays with the module; then there are two, and a warning says so. The same goes
 * for functions over variables of their own. Nothing is run.
 */
import path from 'node:path'
import { isModuleNamespaceObject, isProxy } from 'node:util/types'
import { isRegisteredByValue, registrations } from '../by-value.ts'
import type { Binding } from '../source/lexical-scopes.ts'
import type { AnyNode } from '../source/parse.ts'
import { resolveModule } from '../source/resolve.ts'
import { warnOnce } from '../warnings.ts'
import { innerLiterals, isAsMade, type CodeOf } from './as-made.ts'
import { declaredExport, type ScriptOfFile } from './declared-export.ts'
import { exportNameOf, ownsItsBindings, type FunctionReference } from './function-reference.ts'
import type { LoadedScript } from './loaded-script.ts'
import type { ScopeChain } from './scope-chain.ts'
import { isInitialized } from './scope-variables.ts'

export interface NamedValuesContext {
  readonly scriptOf: ScriptOfFile
  readonly codeOf: CodeOf
  /** Whether what a function has beyond its own text is a module's: classes, and what is made at the top level of a module. */
  isOfModule(fn: Function): boolean
  /** Whether the pickle holds a value already. */
  isWritten(value: Nameable): boolean
}

/** What may be in a pickle as a value and under a name. */
export type Nameable = object | symbol

/** What a binding holds, or an object in it. */
interface Holding {
  readonly value: Nameable
  readonly reference: FunctionReference & { readonly module: { readonly kind: 'file' } }
  /** Something assigns to it: another value may be there. */
  readonly isReassigned: boolean
  /** The value of the binding and the expression that made it; undefined where the text does not show that. */
  readonly root: { readonly value: unknown; readonly init: AnyNode } | undefined
}

/** Which bindings of a module hold a symbol or function, or a module that does. */
type Holders = ReadonlyMap<symbol | Function, readonly Binding[]>

/** What is never reassigned is looked at once, and again when other modules travel by value. */
let found = nothingFound()

function nothingFound() {
  return {
    registrations: registrations(),
    holdings: new WeakMap<Binding, readonly Holding[]>(),
    holders: new WeakMap<LoadedScript, Holders>(),
  }
}

export class NamedValues {
  readonly #context: NamedValuesContext
  /** Told before the pickle was begun anew. */
  readonly #known: ReadonlyMap<Nameable, FunctionReference>
  readonly #scripts = new Map<LoadedScript, () => ScopeChain>()
  readonly #used = new Map<Nameable, Holding>()
  readonly #given = new Set<Nameable>()
  /** Functions that have no name by what their text says. */
  readonly #nameless = new Set<Function>()

  constructor(context: NamedValuesContext, known: ReadonlyMap<Nameable, FunctionReference>) {
    this.#context = context
    this.#known = known
    if (found.registrations !== registrations()) found = nothingFound()
  }

  /** Takes note of a module whose function is in the pickle. */
  meet(script: LoadedScript, scopes: () => ScopeChain): void {
    if (script.file !== undefined && !this.#scripts.has(script)) this.#scripts.set(script, scopes)
  }

  /** Takes note of a binding that a function by value uses by its name. */
  use(script: LoadedScript, binding: Binding, scopes: () => ScopeChain): void {
    for (const holding of this.#behind(script, binding, scopes)) {
      if (!this.#used.has(holding.value)) this.#used.set(holding.value, holding)
    }
  }

  /** The reference for a value that is about to be written; functions are only asked for whose text does not name them. */
  find(value: Nameable): FunctionReference | undefined {
    if (typeof value === 'function') this.#nameless.add(value as Function)
    const reference = this.#known.get(value) ?? this.#nameOf(value)
    if (reference) this.#given.add(value)
    return reference
  }

  /** What was written as a value before its name was known. `asked` are the symbols of the pickle. */
  missed(asked: Iterable<symbol>): Map<Nameable, FunctionReference> {
    const named = new Map<Nameable, FunctionReference>()
    const used = [...this.#used.keys()].filter(value => typeof value !== 'function')
    for (const value of [...used, ...this.#nameless, ...asked]) {
      if (this.#given.has(value) || !this.#context.isWritten(value)) continue
      const reference = this.#nameOf(value)
      if (reference) named.set(value, reference)
    }
    return named
  }

  #nameOf(value: Nameable): FunctionReference | undefined {
    const holding = this.#used.get(value)
    if (holding) return this.#stays(holding) ? holding.reference : warnOfCopy(holding)
    if (typeof value === 'symbol') return this.#held(value)
    const mayBeHeld = typeof value === 'function' && this.#context.isOfModule(value as Function)
    return mayBeHeld ? this.#held(value as Function) : undefined
  }

  #stays({ value, isReassigned, root }: Holding): boolean {
    if (isReassigned) return false
    if (typeof value === 'symbol') return true
    if (typeof value === 'function') return this.#context.isOfModule(value as Function)
    return root !== undefined && isAsMade(root.value, root.init, this.#context.codeOf)
  }

  /** In any module that was met; of objects there are too many to look for. */
  #held(value: symbol | Function): FunctionReference | undefined {
    for (const [script, scopes] of this.#scripts) {
      const holders = found.holders.get(script) ?? holdersIn(script, scopes)
      for (const binding of holders.get(value) ?? []) {
        const holding = this.#behind(script, binding, scopes).find(each => each.value === value && !each.isReassigned)
        if (holding) return holding.reference
      }
    }
    return undefined
  }

  #behind(script: LoadedScript, binding: Binding, scopes: () => ScopeChain): readonly Holding[] {
    const known = found.holdings.get(binding)
    if (known) return known
    const held = read(variablesOf(scopes), binding.name)
    if (!held) return []
    const behind = this.#holdings(script, binding, held.value)
    found.holdings.set(binding, behind)
    return behind
  }

  #holdings(script: LoadedScript, binding: Binding, value: unknown): readonly Holding[] {
    if (script.file === undefined) return []
    const imported = script.record.imports.get(binding.name)
    if (!imported) return ownsItsBindings(script) ? this.#ofOwn(script, binding, value) : []
    const isRequired = imported.name === 'module.exports'
    const target = resolveModule(imported.specifier, script.file, isRequired ? 'require' : 'import')
    if (target?.kind !== 'file' || isRegisteredByValue(target.file)) return []
    if (imported.property !== undefined) return this.#ofExport(target.file, imported.property, value)
    if (imported.name !== '*' && !isRequired) return this.#ofExport(target.file, imported.name, value)
    return members(value).flatMap(([key, each]) => this.#ofExport(target.file, key, each))
  }

  #ofOwn(script: LoadedScript & { file: string }, binding: Binding, value: unknown): readonly Holding[] {
    const name = exportNameOf(script, binding.name) ?? `#${binding.name}`
    return holdingsOf(script.file, name, value, script, binding.name)
  }

  #ofExport(file: string, name: string, value: unknown): readonly Holding[] {
    if (!isNameable(value)) return []
    const declared = declaredExport(file, name, this.#context.scriptOf)
    return holdingsOf(file, name, value, declared?.script, declared?.local)
  }
}

/** Remembered once all variables of the module are initialised. */
function holdersIn(script: LoadedScript, scopes: () => ScopeChain): Holders {
  const holders = new Map<symbol | Function, Binding[]>()
  const variables = variablesOf(scopes)
  let isComplete = true
  for (const binding of script.scopes.module.bindings.values()) {
    const mayName = script.record.imports.has(binding.name) || ownsItsBindings(script)
    if (!mayName || binding.reassigned || !Object.hasOwn(variables, binding.name)) continue
    const held = read(variables, binding.name)
    isComplete &&= held !== undefined
    const values = isModuleLike(script, binding) ? members(held?.value).map(([, value]) => value) : [held?.value]
    for (const value of values) {
      if (typeof value !== 'symbol' && typeof value !== 'function') continue
      const bindings = holders.get(value)
      if (bindings) bindings.push(binding)
      else holders.set(value, [binding])
    }
  }
  if (isComplete) found.holders.set(script, holders)
  return holders
}

/** What a binding holds, and the objects in it that its text shows. */
function holdingsOf(
  file: string,
  name: string,
  value: unknown,
  script: LoadedScript | undefined,
  local = '',
): readonly Holding[] {
  if (!isNameable(value)) return []
  const isReassigned = script?.scopes.module.bindings.get(local)?.reassigned ?? false
  const init = script?.record.declarations.get(local)?.init
  const root = init && { value, init }
  const holding = (each: Nameable, path: string): Holding => {
    return { value: each, reference: { module: { kind: 'file', file }, name: path }, isReassigned, root }
  }
  const holdings = [holding(value, name)]
  const open: [unknown, AnyNode, string][] = init ? [[value, init, name]] : []
  for (let next = open.pop(); next; next = open.pop()) {
    const [object, literal, path] = next
    for (const [key, inner] of innerLiterals(literal)) {
      const each: unknown = Object.getOwnPropertyDescriptor(Object(object), key)?.value
      if (key.includes('.') || !isNameable(each)) continue
      holdings.push(holding(each, `${path}.${key}`))
      open.push([each, inner, `${path}.${key}`])
    }
  }
  return holdings
}

/** Modules have names of their own. */
function isNameable(value: unknown): value is Nameable {
  if (typeof value === 'symbol') return Symbol.keyFor(value) === undefined
  if (typeof value !== 'object' && typeof value !== 'function') return false
  return value !== null && !isProxy(value) && !isModuleNamespaceObject(value)
}

function isModuleLike(script: LoadedScript, { name }: Binding): boolean {
  const imported = script.record.imports.get(name)
  return imported !== undefined && imported.property === undefined && /^(\*|module\.exports)$/.test(imported.name)
}

/** What a module exports by name. A getter of CommonJS is not called. */
function members(exports: unknown): [string, unknown][] {
  if (typeof exports !== 'object' || exports === null || isProxy(exports)) return []
  if (!isModuleNamespaceObject(exports)) {
    return Object.entries(Object.getOwnPropertyDescriptors(exports)).map(([key, { value }]) => [key, value as unknown])
  }
  return Object.keys(exports).flatMap((key): [string, unknown][] => {
    const held = read(exports as Record<string, unknown>, key)
    return held ? [[key, held.value]] : []
  })
}

function variablesOf(scopes: () => ScopeChain): Readonly<Record<string, unknown>> {
  return scopes().find(({ scope }) => scope.isModule)?.variables ?? {}
}

/** undefined for a variable that is not initialised yet. */
function read(variables: Readonly<Record<string, unknown>>, name: string): { readonly value: unknown } | undefined {
  return isInitialized(variables, name) ? { value: variables[name] } : undefined
}

function warnOfCopy({ value, reference: { module, name } }: Holding): undefined {
  const { file } = module as unknown as { file: string }
  const what = typeof value
  warnOnce(
    'WARN_VALUE_COPIED',
    `The ${what} that ${name.replace(/^#/, '')} of ${path.relative(process.cwd(), file)} holds is in the pickle as a value, and a function ` +
      `in it uses the same ${what} by that name: on the other end these are two. Use it in one of these ways only.`,
  )
}
