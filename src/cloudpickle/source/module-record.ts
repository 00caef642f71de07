/**
 * What a module's text says about itself: its top-level bindings, imports, exports and requests, read from the syntax tree.
 *
 * Used for the text V8 has loaded (capture) and for the text that ships (packing), so both name bindings alike.
 */
import { compiledImport, isCompiledMarker, readCompiledExports } from './compiled-modules.ts'
import { literalParts } from './literal-parts.ts'
import { moduleRoot, type ModuleRoot, type Wrapper } from './module-root.ts'
import { childNodes, parse, type AnyNode, type Node, type Program, type SourceKind } from './parse.ts'

export type DeclarationKind = 'const' | 'let' | 'var' | 'function' | 'class'

/** A name bound at the top level of a module by a declaration. `init` is the declared function, class or initialiser. */
interface Declaration {
  readonly kind: DeclarationKind
  readonly init: AnyNode | undefined
}

/** A local name bound to another module: `import { name as local } from 'specifier'`, or CommonJS text of the same meaning. */
export interface ImportBinding {
  readonly specifier: string
  /** The export's name, `*` for the whole namespace, `module.exports` for what `require()` returns. */
  readonly name: string
  /** `const { property: local } = require('specifier')`. */
  readonly property?: string
  /** How CommonJS text from a compiler wraps what `require()` returned; see esbuild's `__toESM`. */
  readonly interop?: 'esm' | 'esm-node'
  /** A loader that has its own ways with specifiers. */
  readonly resolver?: Wrapper
}

/** `resolve` is `import.meta.resolve()`. */
type RequestKind = 'import' | 'export' | 'dynamic' | 'require' | 'resolve' | 'url'

/** What stands for `import.meta.url` in TypeScript that was compiled to CommonJS when it was packed. */
export const moduleUrlVariable = '__modulepickle_url'

/** A place in the text that names another module or file, with the range of the literal (quotes included) or expression. */
export interface ModuleRequest {
  readonly kind: RequestKind
  /** undefined where the specifier is computed. */
  readonly specifier: string | undefined
  /** Its literal parts in order; undefined for what is computed. */
  readonly parts: readonly (string | undefined)[]
  readonly start: number
  readonly end: number
}

export interface ModuleRecord {
  readonly kind: SourceKind
  readonly text: string
  readonly program: Program
  /** The statements whose declarations are the module's top level (inside the function that some loaders put it into). */
  readonly body: readonly AnyNode[]
  /** The node that owns `body`. */
  readonly root: ModuleRoot['node']
  /** The loader that put the module into a function. */
  readonly wrapper: Wrapper | undefined
  readonly declarations: ReadonlyMap<string, Declaration>
  readonly imports: ReadonlyMap<string, ImportBinding>
  /** Export name to local name; only what this module itself declares or re-exports under a local name. */
  readonly exports: ReadonlyMap<string, string>
  readonly requests: readonly ModuleRequest[]
}

/** @throws ModulePickleError ERR_MODULE_UNREADABLE */
export function readModule(text: string, kind: SourceKind, where: string): ModuleRecord {
  const program = parse(text, kind, where)
  const { node: root, body, wrapper } = moduleRoot(program)
  const record = {
    kind,
    text,
    program,
    body,
    root,
    wrapper,
    isCompiled: body.some(isCompiledMarker),
    declarations: new Map<string, Declaration>(),
    imports: new Map<string, ImportBinding>(),
    exports: new Map<string, string>(),
    requests: [] as ModuleRequest[],
  }
  for (const statement of body) readStatement(statement, record)
  if (text.includes('var')) readHoistedVars(body, record)
  const nodes = mayRequestAnywhere(record) ? descendants(program) : program.body
  readRequests(nodes, requireNames(record.declarations), record.requests)
  return record
}

/** All names that a module exports, re-exports included; undefined where `export *` hides some, and for CommonJS. */
export function exportedNames(record: ModuleRecord): ReadonlySet<string> | undefined {
  if (record.kind === 'script') return undefined
  const names = new Set(record.exports.keys())
  for (const statement of record.body) {
    if (statement.type === 'ExportNamedDeclaration') {
      for (const { exported } of statement.specifiers) names.add(exportedName(exported))
    } else if (statement.type === 'ExportAllDeclaration') {
      if (!statement.exported) return undefined
      names.add(exportedName(statement.exported))
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
            ? exportedName(entry.imported)
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
          draft.exports.set(exportedName(entry.exported), exportedName(entry.local))
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

function exportedName(node: AnyNode): string {
  return node.type === 'Literal' ? String(node.value) : node.type === 'Identifier' ? node.name : ''
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

/** The names that a binding pattern binds. */
export function boundNames(pattern: AnyNode): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name]
    case 'ObjectPattern':
      return pattern.properties.flatMap(p => boundNames(p.type === 'RestElement' ? p.argument : p.value))
    case 'ArrayPattern':
      return pattern.elements.flatMap(element => (element ? boundNames(element) : []))
    case 'AssignmentPattern':
      return boundNames(pattern.left)
    case 'RestElement':
      return boundNames(pattern.argument)
    default:
      return []
  }
}

/** The property that `{ property: name }` takes `name` from; undefined for anything that is more than that. */
function destructuredProperty(pattern: AnyNode, name: string): string | undefined {
  if (pattern.type !== 'ObjectPattern') return undefined
  for (const property of pattern.properties) {
    if (property.type !== 'Property' || property.computed || property.value.type !== 'Identifier') continue
    if (property.value.name === name) return exportedName(property.key)
  }
  return undefined
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

export function isFunctionOrClass(node: Node): boolean {
  return /^(Function|ArrowFunction|Class)(Declaration|Expression)$/.test(node.type)
}

/** `require`, and what the module made by `createRequire()` at its top level. */
function requireNames(declarations: ReadonlyMap<string, Declaration>): ReadonlySet<string> {
  const made = [...declarations].filter(([, { init }]) => init !== undefined && isCreateRequire(init))
  return new Set(['require', ...made.map(([name]) => name)])
}

function isCreateRequire(node: AnyNode): boolean {
  if (node.type !== 'CallExpression') return false
  const { callee } = node
  return (
    isNamed(callee, 'createRequire') ||
    (callee.type === 'MemberExpression' && isNamed(callee.property, 'createRequire'))
  )
}

/** False where only the import and export statements at the top can name modules: the usual case, told by the words alone. */
function mayRequestAnywhere({ text, body }: Pick<ModuleRecord, 'text' | 'body'>): boolean {
  if (/require|\\u/i.test(text) || text.includes(moduleUrlVariable)) return true
  const statements = body.filter(({ type }) => type === 'ImportDeclaration').length
  return (text.match(/\bimport\b/g)?.length ?? 0) > statements
}

function* descendants(program: Program): Generator<AnyNode> {
  const open: AnyNode[] = [program]
  for (let node = open.pop(); node; node = open.pop()) {
    yield node
    for (const child of childNodes(node)) open.push(child)
  }
}

function readRequests(nodes: Iterable<Node>, names: ReadonlySet<string>, requests: ModuleRequest[]): void {
  for (const node of nodes) {
    const request = requestOf(node as AnyNode, names)
    if (request) requests.push(request)
  }
  requests.sort((a, b) => a.start - b.start)
}

function requestOf(node: AnyNode, names: ReadonlySet<string>): ModuleRequest | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
      return literalRequest('import', node.source)
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return node.source ? literalRequest('export', node.source) : undefined
    case 'ImportExpression':
      return literalRequest('dynamic', node.source)
    case 'CallExpression': {
      const { callee } = node
      if (isNamed(callee, '__vite_ssr_dynamic_import__') && node.arguments[0]) {
        return literalRequest('dynamic', node.arguments[0])
      }
      if (isMetaResolve(callee) && node.arguments[0]) return literalRequest('resolve', node.arguments[0])
      const isRequire =
        isRequireName(callee, names) ||
        isCreateRequire(callee) ||
        (callee.type === 'MemberExpression' &&
          isRequireName(callee.object, names) &&
          isNamed(callee.property, 'resolve'))
      return isRequire && node.arguments[0] ? literalRequest('require', node.arguments[0]) : undefined
    }
    case 'NewExpression': {
      const [path, base] = node.arguments
      const isFileUrl = isNamed(node.callee, 'URL') && base && isImportMetaUrl(base)
      return isFileUrl && path ? literalRequest('url', path) : undefined
    }
    default:
      return undefined
  }
}

function literalRequest(kind: RequestKind, node: AnyNode): ModuleRequest {
  const specifier = node.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined
  return { kind, specifier, parts: literalParts(node), start: node.start, end: node.end }
}

function isRequireName(node: AnyNode, names: ReadonlySet<string>): boolean {
  return node.type === 'Identifier' && names.has(node.name)
}

function isNamed(node: AnyNode, name: string): boolean {
  return node.type === 'Identifier' && node.name === name
}

function isMetaResolve(node: AnyNode): boolean {
  return node.type === 'MemberExpression' && node.object.type === 'MetaProperty' && isNamed(node.property, 'resolve')
}

function isImportMetaUrl(node: AnyNode): boolean {
  if (isNamed(node, moduleUrlVariable)) return true
  return node.type === 'MemberExpression' && node.object.type === 'MetaProperty' && isNamed(node.property, 'url')
}
