/**
 * The tables through which shipped modules give access to their own top-level bindings, exported or not.
 *
 * Packing appends a call to each module: `globalThis[Symbol.for('modulepickle.bindings')]?.(url, { get a() { … }, … })`. The
 * function behind that symbol is put there by whoever loads shipped modules, before the first of them is evaluated.
 */

type BindingTable = Record<string, unknown>
type Registry = { (module: string, table: BindingTable): void; readonly tables: Map<string, BindingTable> }

const key = Symbol.for('modulepickle.bindings')
const holder = globalThis as { [key]?: Registry }

export function collectBindingTables(): void {
  if (holder[key]) return
  const tables = new Map<string, BindingTable>()
  const register = (module: string, table: BindingTable): void => void tables.set(module, table)
  Object.defineProperty(holder, key, { value: Object.assign(register, { tables }), configurable: true })
}

/** The table of an evaluated module, by its URL (ECMAScript module) or its file name (CommonJS). */
export function bindingTable(url: string, file: string): BindingTable | undefined {
  const tables = holder[key]?.tables
  return tables?.get(url) ?? tables?.get(file)
}
