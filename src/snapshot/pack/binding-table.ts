/**
 * The line that packing appends to a module so that its top-level bindings can be reached by name on the other end.
 *
 * `globalThis[Symbol.for('modulepickle.bindings')]?.(import.meta.url, { get a(){return a}, set a(v){a=v} })`: state stays
 * the module's own and is never copied. Without a listener the line does nothing; names, exports and lines stay as they are.
 */
import type { DeclarationKind } from '../../cloudpickle/source/module-record.ts'
import type { SourceKind } from '../../cloudpickle/source/parse.ts'

const settable: ReadonlySet<DeclarationKind> = new Set<DeclarationKind>(['let', 'var', 'function'])

/** The table of `declarations` as one line without its end; undefined where there is nothing to reach. */
export function bindingTable(declarations: ReadonlyMap<string, DeclarationKind>, kind: SourceKind): string | undefined {
  const names = [...declarations.keys()].filter(name => name !== '*default*')
  if (names.length === 0 || declarations.has('globalThis')) return undefined
  const parameter = unusedName('v', declarations)
  const accessors = names.map(name => {
    const isSettable = settable.has(declarations.get(name) ?? 'const')
    return `get ${name}(){return ${name}}${isSettable ? `,set ${name}(${parameter}){${name}=${parameter}}` : ''}`
  })
  const url = kind === 'module' ? 'import.meta.url' : '__filename'
  return `;globalThis[globalThis.Symbol.for('modulepickle.bindings')]?.(${url},{${accessors.join(',')}})`
}

function unusedName(start: string, taken: ReadonlyMap<string, unknown>): string {
  let name = start
  while (taken.has(name)) name += '_'
  return name
}
