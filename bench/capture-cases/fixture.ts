/**
 * The text of a fixture, whole or with only some of its cases: a peer that cannot even load one of them still gets the others.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse, type AnyNode } from 'acorn'
import { transformSync } from 'esbuild'
import typescript from 'typescript'
import type { Group, TransformName } from './groups.ts'

export const fixtures = path.join(import.meta.dirname, 'fixtures')

/** @param names of the cases to keep; undefined for all */
export function fixtureText(group: Group, names: readonly string[] | undefined): string {
  const text = transformed(group)
  return names === undefined ? text : withOnly(text, names, group)
}

/** What comes before the cases goes as well where nothing that is left uses it. */
function withOnly(text: string, names: readonly string[], { format }: Group): string {
  const program = parse(text, { ecmaVersion: 'latest', sourceType: format === 'esm' ? 'module' : 'script' })
  const chosen: string[] = []
  let others: { text: string; isUsed(by: string): boolean }[] = []
  for (const node of program.body.flatMap(partsOf)) {
    const name = caseName(node)
    const part = text.slice(node.start, node.end)
    if (name === undefined) others.push({ text: part, isUsed: usageOf(node) })
    else if (names.includes(name)) chosen.push(part)
  }
  const kept: string[] = []
  for (;;) {
    const left = [...kept, ...chosen].join('\n')
    const used = others.filter(({ isUsed }) => isUsed(left))
    if (used.length === 0) return [...kept, ...chosen].join(';\n')
    kept.unshift(...used.map(({ text: part }) => part))
    others = others.filter(other => !used.includes(other))
  }
}

/** Minified, several statements are one sequence. */
function partsOf(statement: AnyNode): AnyNode[] {
  if (statement.type !== 'ExpressionStatement') return [statement]
  const { expression } = statement
  return expression.type === 'SequenceExpression' ? expression.expressions : [expression]
}

/** Whether a text uses what `node` declares; what declares nothing is always used. */
function usageOf(node: AnyNode): (text: string) => boolean {
  const names = declaredNames(node)
  if (names === undefined) return () => true
  const pattern = new RegExp(`(?<![\\w$])(${names.map(name => name.replaceAll('$', '\\$')).join('|')})(?![\\w$])`)
  return text => pattern.test(text)
}

function declaredNames(node: AnyNode): string[] | undefined {
  if (node.type === 'ImportDeclaration') return node.specifiers.map(({ local }) => local.name)
  if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration')
    return node.id ? [node.id.name] : undefined
  if (node.type !== 'VariableDeclaration') return undefined
  const names = node.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []))
  return names.length === node.declarations.length ? names : undefined
}

function caseName(expression: AnyNode): string | undefined {
  if (expression.type !== 'CallExpression' || expression.callee.type !== 'Identifier') return undefined
  if (expression.callee.name !== 'hardCase' && expression.callee.name !== 'mustRefuse') return undefined
  const [name] = expression.arguments
  return name?.type === 'Literal' ? String(name.value) : undefined
}

function transformed({ file, transform }: Group): string {
  const text = readFileSync(path.join(fixtures, file), 'utf8')
  if (transform !== 'none') return transforms[transform](text)
  return file.endsWith('.ts') ? byEsbuild({})(text) : text
}

const byEsbuild =
  (options: Parameters<typeof transformSync>[1]) =>
  (text: string): string =>
    transformSync(text, { loader: 'ts', format: 'esm', target: 'esnext', ...options }).code

const byTypeScript =
  (target: Parameters<typeof typescript.transpileModule>[1]['compilerOptions']['target']) =>
  (text: string): string =>
    typescript.transpileModule(text, {
      compilerOptions: { target, module: typescript.ModuleKind.ESNext, downlevelIteration: true },
    }).outputText

const transforms: Record<Exclude<TransformName, 'none'>, (text: string) => string> = {
  keepNames: byEsbuild({ keepNames: true, minifyWhitespace: true }),
  minify: byEsbuild({ minify: true }),
  es2020: byEsbuild({ target: 'es2020' }),
  es2015: byTypeScript(typescript.ScriptTarget.ES2015),
  es5: byTypeScript(typescript.ScriptTarget.ES5),
}
