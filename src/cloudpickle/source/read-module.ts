/**
 * Reads the record of a module from its syntax tree: one pass over its top-level statements.
 *
 * Input: text with any TypeScript removed, of an ECMAScript module, or of CommonJS, be it what a compiler made of one.
 */
import { compiledImport, isCompiledMarker, readCompiledExports } from './compiled-modules.ts'
import type { Declaration, ImportBinding, ModuleRecord } from './module-record.ts'
import { readRequests } from './module-requests.ts'
import { moduleRoot } from './module-root.ts'
import { childNodes, isFunctionOrClass, parse, type AnyNode, type SourceKind } from './parse.ts'
import { boundNames, destructuredProperty, writtenName } from './patterns.ts'

/** @throws ModulePickleError ERR_MODULE_UNREADABLE */
export function readModule(text: string, kind: SourceKind, where: string): ModuleRecord {
  const program = parse(text, kind, where)
  const { node: root, body, wrapper } = moduleRoot(program)
  const declarations = new Map<string, Declaration>()
  const imports = new Map<string, ImportBinding>()
  const exports = new Map<string, string>()
  const draft: Draft = { isCompiled: body.some(isCompiledMarker), declarations, imports, exports }
  for (const statement of body) readStatement(statement, draft)
  if (text.includes('var')) readHoistedVars(body, draft)
  const requests = readRequests({ text, program, body, declarations })
  return { kind, text, program, body, root, wrapper, declarations, imports, exports, requests }
}

/** All names that a module exports, re-exports included; undefined where `export *` hides some, and for CommonJS. */
export function exportedNames(record: ModuleRecord): ReadonlySet<string> | undefined {
  if (record.kind === 'script') return undefined
  const names = new Set(record.exports.keys())
  for (const statement of record.body) {
    if (statement.type === 'ExportNamedDeclaration') {
      for (const { exported } of statement.specifiers) names.add(writtenName(exported))
    } else if (statement.type === 'ExportAllDeclaration') {
      if (!statement.exported) return undefined
      names.add(writtenName(statement.exported))
    }
  }
  return names
}

type Draft = {
  /** CommonJS that a compiler made of an ECMAScript module. */
  isCompiled: boolean
  declarations: Map<string, Declaration>
  imports: Map<string, ImportBinding>
  exports: Map<string, string>
}

function readStatement(statement: AnyNode, draft: Draft): void {
  switch (statement.type) {
    case 'ImportDeclaration':
      for (const entry of statement.specifiers) {
        const specifier = String(statement.source.value)
        const name =
          entry.type === 'ImportSpecifier'
            ? writtenName(entry.imported)
            : entry.type === 'ImportDefaultSpecifier'
              ? 'default'
              : '*'
        draft.imports.set(entry.local.name, { specifier, name })
      }
      break
    case 'ExportNamedDeclaration':
      if (statement.declaration) {
        for (const name of declare(statement.declaration, draft)) draft.exports.set(name, name)
      } else if (!statement.source) {
        for (const entry of statement.specifiers) {
          draft.exports.set(writtenName(entry.exported), writtenName(entry.local))
        }
      }
      break
    case 'ExportDefaultDeclaration': {
      const { declaration } = statement
      if ((declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration') && declaration.id) {
        draft.exports.set('default', declaration.id.name)
        declare(declaration, draft)
      } else {
        draft.exports.set('default', '*default*')
        draft.declarations.set('*default*', { kind: 'const', init: declaration })
      }
      break
    }
    default:
      declare(statement, draft)
      readCompiledExports(statement, draft.isCompiled, draft.exports)
  }
}

function declare(node: AnyNode, draft: Draft): string[] {
  if ((node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') && node.id) {
    draft.declarations.set(node.id.name, { kind: node.type === 'ClassDeclaration' ? 'class' : 'function', init: node })
    return [node.id.name]
  }
  if (node.type !== 'VariableDeclaration') return []
  const names: string[] = []
  const kind = node.kind === 'let' || node.kind === 'var' ? node.kind : 'const'
  for (const declarator of node.declarations) {
    for (const name of boundNames(declarator.id)) {
      const init = declarator.id.type === 'Identifier' ? (declarator.init ?? undefined) : undefined
      const required = init && compiledImport(init)
      if (required) draft.imports.set(name, required)
      const property = init ? undefined : destructuredProperty(declarator.id, name)
      const source = property === undefined || !declarator.init ? undefined : compiledImport(declarator.init)
      if (source && property !== undefined) draft.imports.set(name, { ...source, property })
      draft.declarations.set(name, { kind, init })
      names.push(name)
    }
  }
  return names
}

/** `var` inside blocks and loops of the top level belongs to the module as well. */
function readHoistedVars(body: readonly AnyNode[], draft: Draft): void {
  const open: AnyNode[] = [...body]
  for (let node = open.pop(); node; node = open.pop()) {
    if (isFunctionOrClass(node)) continue
    if (node.type === 'VariableDeclaration' && node.kind === 'var') {
      for (const name of node.declarations.flatMap(declarator => boundNames(declarator.id))) {
        if (!draft.declarations.has(name)) draft.declarations.set(name, { kind: 'var', init: undefined })
      }
    }
    open.push(...childNodes(node))
  }
}
