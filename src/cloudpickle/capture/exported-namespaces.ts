/**
 * Which module's namespace an import or an export holds, as the texts of the modules say it: for modules that travel by value,
 * whose namespaces travel as copies. One that only re-exports shows by nothing that it holds which it is.
 *
 * Input: loaded modules. Output: the file is remembered for the namespace. Nothing is run.
 */
import { isModuleNamespaceObject } from 'node:util/types'
import { isRegisteredByValue } from '../by-value.ts'
import { namespaceFile, rememberNamespace } from '../revive/namespaces.ts'
import type { ImportBinding } from '../source/module-record.ts'
import type { AnyNode } from '../source/parse.ts'
import { resolveModule } from '../source/resolve.ts'
import type { ScriptOfFile } from './declared-export.ts'

/** To be told of what an import of `fromFile` holds. */
export function noteImportedNamespace(
  { specifier, name }: ImportBinding,
  fromFile: string,
  value: unknown,
  scriptOf: ScriptOfFile,
): void {
  if (!isUnknownNamespace(value)) return
  const target = resolveModule(specifier, fromFile, 'import')
  if (target?.kind === 'file') note(value, name === '*' ? target.file : namespaceIn(target.file, name, scriptOf))
}

/** To be told of the namespace of a module that is about to be copied: what of it holds further ones. */
export function noteExportedNamespaces(namespace: object, scriptOf: ScriptOfFile): void {
  const file = namespaceFile(namespace)
  if (file === undefined) return
  for (const [name, value] of Object.entries(namespace)) {
    if (isUnknownNamespace(value)) note(value, namespaceIn(file, name, scriptOf))
  }
}

function isUnknownNamespace(value: unknown): value is object {
  return isModuleNamespaceObject(value) && namespaceFile(value as object) === undefined
}

function note(namespace: object, file: string | undefined): void {
  if (file !== undefined && isRegisteredByValue(file)) rememberNamespace(namespace, file)
}

/** The module whose namespace another one exports under a name. */
function namespaceIn(file: string, name: string, scriptOf: ScriptOfFile): string | undefined {
  const open = [{ file, name }]
  const seen = new Set<string>()
  for (let next = open.shift(); next; next = open.shift()) {
    const key = `${next.file}\0${next.name}`
    const record = seen.has(key) ? undefined : scriptOf(next.file)?.record
    seen.add(key)
    if (!record) continue
    const local = record.exports.get(next.name)
    const imported = local === undefined ? undefined : record.imports.get(local)
    if (local !== undefined && !imported) continue
    const sources = imported ? [imported] : record.body.flatMap(each => sourcesOf(each, next.name))
    for (const source of sources) {
      const target = resolveModule(source.specifier, next.file, 'import')
      if (target?.kind !== 'file') continue
      if (source.name === '*') return target.file
      open.push({ file: target.file, name: source.name })
    }
  }
  return undefined
}

/** What a statement gives as the export `name`: `*` for a namespace. */
function sourcesOf(statement: AnyNode, name: string): { specifier: string; name: string }[] {
  if (statement.type === 'ExportAllDeclaration') {
    const specifier = String(statement.source.value)
    if (statement.exported) return nameOf(statement.exported) === name ? [{ specifier, name: '*' }] : []
    return name === 'default' ? [] : [{ specifier, name }]
  }
  if (statement.type !== 'ExportNamedDeclaration' || !statement.source) return []
  const entry = statement.specifiers.find(({ exported }) => nameOf(exported) === name)
  return entry ? [{ specifier: String(statement.source.value), name: nameOf(entry.local) }] : []
}

function nameOf(node: AnyNode): string {
  return node.type === 'Literal' ? String(node.value) : node.type === 'Identifier' ? node.name : ''
}
