/**
 * Where what a module exports is declared: through re-exports, to the script whose own binding it is.
 *
 * Input: a loaded module and the name of an export. Output: that script and the binding's name in it; undefined where the texts
 * that V8 has loaded do not tell. Nothing is run.
 */
import { resolveModule } from '../source/resolve.ts'
import type { AnyNode } from '../source/parse.ts'
import type { LoadedScript } from './loaded-script.ts'

export interface Declared {
  readonly script: LoadedScript
  readonly local: string
}

/** A module's own script; undefined for one that is not loaded from that very file. */
export type ScriptOfFile = (file: string) => LoadedScript | undefined

export function declaredExport(file: string, name: string, scriptOf: ScriptOfFile): Declared | undefined {
  const open = [{ file, name }]
  const seen = new Set<string>()
  for (let next = open.shift(); next; next = open.shift()) {
    const key = `${next.file}\0${next.name}`
    const script = seen.has(key) ? undefined : scriptOf(next.file)
    seen.add(key)
    if (!script) continue
    const local = script.record.exports.get(next.name)
    const imported = local === undefined ? undefined : script.record.imports.get(local)
    if (local !== undefined && !imported) return { script, local }
    const sources = imported ? [imported] : script.record.body.flatMap(each => reExported(each, next.name))
    for (const source of sources) {
      const target = resolveModule(source.specifier, next.file, 'import')
      if (target?.kind === 'file') open.push({ file: target.file, name: source.name })
    }
  }
  return undefined
}

/** The module that a statement takes the export from, and its name there. */
function reExported(statement: AnyNode, name: string): { specifier: string; name: string }[] {
  if (statement.type === 'ExportAllDeclaration' && !statement.exported) {
    return name === 'default' ? [] : [{ specifier: String(statement.source.value), name }]
  }
  if (statement.type !== 'ExportNamedDeclaration' || !statement.source) return []
  const specifier = String(statement.source.value)
  const entry = statement.specifiers.find(({ exported }) => nameOf(exported) === name)
  return entry ? [{ specifier, name: nameOf(entry.local) }] : []
}

function nameOf(node: AnyNode): string {
  return node.type === 'Literal' ? String(node.value) : node.type === 'Identifier' ? node.name : ''
}
