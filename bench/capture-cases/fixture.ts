/**
 * The text of a fixture, whole or with only some of its cases: a peer that cannot even load one of them still gets the others.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse, type AnyNode, type Expression } from 'acorn'
import { transformSync } from 'esbuild'
import typescript from 'typescript'
import type { Group, TransformName } from './groups.ts'

export const fixtures = path.join(import.meta.dirname, 'fixtures')

/** @param names of the cases to keep; undefined for all */
export function fixtureText(group: Group, names: readonly string[] | undefined): string {
  const text = transformed(group)
  return names === undefined ? text : withOnly(text, names, group)
}

/** Imports that nothing of what is left uses go as well. */
function withOnly(text: string, names: readonly string[], { format }: Group): string {
  const program = parse(text, { ecmaVersion: 'latest', sourceType: format === 'esm' ? 'module' : 'script' })
  const kept = program.body.flatMap((statement): AnyNode[] => {
    if (statement.type !== 'ExpressionStatement') return [statement]
    const { expression } = statement
    const expressions = expression.type === 'SequenceExpression' ? expression.expressions : [expression]
    return expressions.filter(found => {
      const name = caseName(found)
      return name === undefined || names.includes(name)
    })
  })
  const rest = kept.filter(node => node.type !== 'ImportDeclaration')
  const body = rest.map(({ start, end }) => `${text.slice(start, end)};`).join('\n')
  return [...importsOf(kept, text, body), body].join('\n')
}

function importsOf(kept: readonly AnyNode[], text: string, body: string): string[] {
  return kept.flatMap(node => {
    if (node.type !== 'ImportDeclaration') return []
    const used = node.specifiers.some(({ local }) => new RegExp(`(?<![\\w$])${local.name}(?![\\w$])`).test(body))
    return used ? [text.slice(node.start, node.end)] : []
  })
}

function caseName(expression: Expression): string | undefined {
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
  (target: typescript.ScriptTarget) =>
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
