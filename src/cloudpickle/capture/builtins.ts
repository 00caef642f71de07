/**
 * The names under which Node's builtin modules export functions and objects: live value -> `node:path` + `join`.
 *
 * Built once per process, when the first value of a builtin module is met. Getters are not triggered, and modules that are
 * deprecated or not loaded anyway are left alone.
 */
import { builtinModules, isBuiltin } from 'node:module'

export interface BuiltinName {
  readonly module: string
  readonly name: string
}

// Loading these prints a deprecation warning, or changes what other modules do: domains put themselves into every EventEmitter.
const deprecated = new Set(['punycode', 'sys', 'trace_events', 'wasi', 'domain', 'repl'])

let names: Map<unknown, BuiltinName> | undefined
/** What `require()` of a builtin module returns -> `node:util/types`; that may also be an export of another one. */
const modules = new Map<unknown, string>()

export function builtinNameOf(value: unknown): BuiltinName | undefined {
  names ??= indexBuiltins()
  return names.get(value)
}

export function builtinModuleOf(exports: unknown): string | undefined {
  names ??= indexBuiltins()
  return modules.get(exports)
}

/** The module whose exports `value` is, if that is loaded: a question for any object, as it loads nothing. */
export function loadedBuiltinOf(value: object): string | undefined {
  if (!beginsWithFunction(value)) return undefined
  const list = (process as { moduleLoadList?: readonly string[] }).moduleLoadList ?? []
  if (list.length !== listed) {
    listed = list.length
    for (const name of new Set(list.map(entry => entry.replace('NativeModule ', '')))) {
      if (isBuiltin(name) && !deprecated.has(name)) loaded.set(process.getBuiltinModule(name) as object, `node:${name}`)
    }
  }
  return loaded.get(value)
}

const loaded = new Map<unknown, string>()
let listed = 0

/** As all builtin modules do that are objects. V8 lists all keys before the first is given: of a large view they are many. */
function beginsWithFunction(value: object): boolean {
  if (ArrayBuffer.isView(value) || Array.isArray(value)) return false
  for (const key in value) return typeof Object.getOwnPropertyDescriptor(value, key)?.value === 'function'
  return false
}

function indexBuiltins(): Map<unknown, BuiltinName> {
  const index = new Map<unknown, BuiltinName>()
  // Shorter names first: `fs` before `fs/promises`; names are sorted so that the choice never depends on load order.
  const specifiers = builtinModules.filter(
    name => !name.startsWith('_') && !name.includes(':') && !deprecated.has(name),
  )
  specifiers.sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
  for (const specifier of specifiers) {
    const module = `node:${specifier}`
    const exports: unknown = process.getBuiltinModule(specifier)
    if (!modules.has(exports)) modules.set(exports, module)
    add(index, exports, module, 'module.exports')
    for (const name of Object.keys(Object(exports)).toSorted()) addExport(index, exports as object, module, name)
  }
  return index
}

function addExport(index: Map<unknown, BuiltinName>, exports: object, module: string, name: string): void {
  const value: unknown = Object.getOwnPropertyDescriptor(exports, name)?.value
  add(index, value, module, name)
  const prototype: unknown = typeof value === 'function' ? value.prototype : undefined
  for (const key of typeof prototype === 'object' && prototype !== null ? Object.getOwnPropertyNames(prototype) : []) {
    if (key === 'constructor') continue
    add(index, Object.getOwnPropertyDescriptor(prototype, key)?.value, module, `${name}.prototype.${key}`)
  }
}

function add(index: Map<unknown, BuiltinName>, value: unknown, module: string, name: string): void {
  const canBeNamed = typeof value === 'function' || (typeof value === 'object' && value !== null)
  if (canBeNamed && !index.has(value)) index.set(value, { module, name })
}
