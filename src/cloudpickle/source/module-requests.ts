/**
 * Where a module's text names other modules and files: `import`, `export … from`, `import()`, `require`, `import.meta.resolve()`,
 * `new URL(…, import.meta.url)`.
 *
 * Input: the module's syntax tree, and what it declares. Nothing is resolved here.
 */
import { literalParts } from './literal-parts.ts'
import type { Declaration, ModuleRecord, ModuleRequest, RequestKind } from './module-record.ts'
import { childNodes, type AnyNode, type Program } from './parse.ts'

/** What stands for `import.meta.url` in TypeScript that was compiled to CommonJS when it was packed. */
export const moduleUrlVariable = '__modulepickle_url'

/** In the order of the text. */
export function readRequests(
  module: Pick<ModuleRecord, 'text' | 'program' | 'body' | 'declarations'>,
): ModuleRequest[] {
  const names = requireNames(module.declarations)
  const requests: ModuleRequest[] = []
  for (const node of mayRequestAnywhere(module) ? descendants(module.program) : module.program.body) {
    const request = requestOf(node as AnyNode, names)
    if (request) requests.push(request)
  }
  return requests.sort((a, b) => a.start - b.start)
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
