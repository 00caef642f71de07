/**
 * What compilers write for `import` and `export` where the module becomes a function: CommonJS (esbuild, tsc, babel, swc) and
 * the form that vite runs.
 *
 * Input: one statement or initialiser of a module's top level. Output: the import or the exports that it stands for.
 */
import type { ImportBinding } from './module-record.ts'
import type { AnyNode } from './parse.ts'

/** What wraps the result of `require()` so that it can stand for the namespace of an ECMAScript module. */
const interopHelpers =
  /^(__toESM|__importStar|__importDefault|_interopRequireWildcard|_interopRequireDefault|_interop_require_wildcard|_interop_require_default)$/

/**
 * `require('x')`, one of the helpers around it, or vite's `await __vite_ssr_import__('x')`, which in files that mock modules is
 * an `import()`.
 */
export function compiledImport(init: AnyNode): ImportBinding | undefined {
  if (init.type === 'AwaitExpression') {
    const { argument } = init
    const specifier = calledWith(argument, '__vite_ssr_import__') ?? calledWith(argument, '__vite_ssr_dynamic_import__')
    return specifier === undefined ? undefined : { specifier, name: '*', resolver: 'vite' }
  }
  const direct = calledWith(init, 'require')
  if (direct !== undefined) return { specifier: direct, name: 'module.exports' }
  if (init.type !== 'CallExpression' || !interopHelpers.test(helperName(init.callee))) return undefined
  const specifier = init.arguments[0] && calledWith(init.arguments[0], 'require')
  if (specifier === undefined) return undefined
  const isNodeMode = helperName(init.callee) === '__toESM' && init.arguments.length > 1
  return { specifier, name: 'module.exports', interop: isNodeMode ? 'esm-node' : 'esm' }
}

/** Helpers may come from a package: `tslib_1.__importStar`, `_interop_require_default._`. */
function helperName(callee: AnyNode): string {
  if (callee.type === 'Identifier') return callee.name
  if (callee.type !== 'MemberExpression' || callee.computed) return ''
  const name = propertyName(callee.property)
  return name === '_' ? helperName(callee.object as AnyNode) : name
}

function calledWith(node: AnyNode, name: string): string | undefined {
  if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier' || node.callee.name !== name) return undefined
  const argument = node.arguments[0]
  return argument?.type === 'Literal' && typeof argument.value === 'string' ? argument.value : undefined
}

/**
 * Reads the exports that a statement of compiled code stands for into `exports`, as export name to local name. Assignments to
 * `exports` count only where the text says that a compiler made it: by hand they may be followed by others.
 */
export function readCompiledExports(statement: AnyNode, isCompiled: boolean, exports: Map<string, string>): void {
  if (statement.type === 'VariableDeclaration' && isCompiled) {
    for (const { id, init } of statement.declarations) {
      if (id.type === 'Identifier' && init) for (const name of assignedExports(init)) exports.set(name, id.name)
    }
  }
  if (statement.type !== 'ExpressionStatement') return
  const { expression } = statement
  if (expression.type === 'AssignmentExpression' && isCompiled) {
    const local = assignedValue(expression)
    if (local.type === 'Identifier') for (const name of assignedExports(expression)) exports.set(name, local.name)
  }
  if (expression.type !== 'CallExpression') return
  const [target, second, third] = expression.arguments
  if (target === undefined || second === undefined) return
  const callee = helperName(expression.callee)
  if (/^_{1,2}export$/.test(callee) && second.type === 'ObjectExpression') readExportTable(second, exports)
  if (callee === '__vite_ssr_exportName__') add(exports, literal(target), returnedName(second))
  if (callee !== 'defineProperty' || third?.type !== 'ObjectExpression') return
  if (target.type !== 'Identifier' || !/^(exports|__vite_ssr_exports__)$/.test(target.name)) return
  const getter = third.properties.find(each => each.type === 'Property' && propertyName(each.key) === 'get')
  if (getter?.type === 'Property') add(exports, literal(second), returnedName(getter.value))
}

/** `Object.defineProperty(exports, '__esModule', …)`, or the assignment of old. */
export function isCompiledMarker(statement: AnyNode): boolean {
  if (statement.type !== 'ExpressionStatement') return false
  const { expression } = statement
  if (expression.type === 'AssignmentExpression') return assignedExports(expression).includes('__esModule')
  return expression.type === 'CallExpression' && literal(expression.arguments[1]) === '__esModule'
}

/** `__export(target, { name: () => local })`, swc's `_export(exports, { get name() { return local } })`. */
function readExportTable(table: AnyNode & { type: 'ObjectExpression' }, exports: Map<string, string>): void {
  for (const property of table.properties) {
    if (property.type === 'Property') add(exports, propertyName(property.key), returnedName(property.value))
  }
}

function add(exports: Map<string, string>, name: string | undefined, local: string | undefined): void {
  if (name !== undefined && name !== '' && local !== undefined) exports.set(name, local)
}

/** The variable that a getter returns: `() => x`, `function () { return x }`, `() => { try { return x } catch {} }`. */
function returnedName(getter: AnyNode): string | undefined {
  if (getter.type !== 'ArrowFunctionExpression' && getter.type !== 'FunctionExpression') return undefined
  let body: AnyNode | null | undefined = getter.body
  if (body.type === 'BlockStatement') body = body.body[0]
  if (body?.type === 'TryStatement') body = body.block.body[0]
  if (body?.type === 'ReturnStatement') body = body.argument
  return body?.type === 'Identifier' ? body.name : undefined
}

/** The names in `exports.a = exports.b = value`. */
function assignedExports(node: AnyNode): string[] {
  if (node.type !== 'AssignmentExpression' || node.operator !== '=' || node.left.type !== 'MemberExpression') return []
  const { object, property, computed } = node.left
  const isExport = object.type === 'Identifier' && object.name === 'exports' && !computed
  return isExport ? [propertyName(property), ...assignedExports(node.right)] : []
}

/** The value behind `exports.a = …`, which babel writes into declarations. */
export function assignedValue(node: AnyNode): AnyNode {
  return assignedExports(node).length > 0 && node.type === 'AssignmentExpression' ? assignedValue(node.right) : node
}

function literal(node: AnyNode | undefined): string | undefined {
  return node?.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined
}

function propertyName(node: AnyNode): string {
  return node.type === 'Identifier' ? node.name : (literal(node) ?? '')
}
