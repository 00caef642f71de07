/**
 * What a computed specifier can be: `'./plugins/' + name + '.js'` is a pattern over the files of a directory.
 *
 * As bundlers read it: literal parts must match, what is computed stands for one path segment or a part of it, and a
 * specifier that does not begin with a literal relative path says nothing.
 */
import { parse, type AnyNode } from '../../cloudpickle/source/parse.ts'

/** A test of paths relative to the module's directory, without `./` in front; undefined where nothing can be said. */
export function computedPattern(expression: string): RegExp | undefined {
  const [statement] = parse(`(${expression}\n)`, 'module', 'a computed import').body
  if (statement?.type !== 'ExpressionStatement') return undefined
  const parts = partsOf(statement.expression)
  const [first] = parts
  if (typeof first !== 'string' || !/^\.{1,2}\//.test(first)) return undefined
  const source = parts.map(part => (part === undefined ? '[^/]*' : escapeText(part))).join('')
  return new RegExp(`^${source.replace(/^\\\.\//, '')}$`)
}

/** Literal parts in order; undefined for what is computed. */
function partsOf(node: AnyNode): (string | undefined)[] {
  if (node.type === 'Literal' && typeof node.value === 'string') return [node.value]
  if (node.type === 'BinaryExpression' && node.operator === '+' && node.left.type !== 'PrivateIdentifier') {
    return [...partsOf(node.left), ...partsOf(node.right)]
  }
  if (node.type !== 'TemplateLiteral') return [undefined]
  return node.quasis.flatMap((quasi, index) => [
    quasi.value.cooked ?? undefined,
    ...(index < node.expressions.length ? [undefined] : []),
  ])
}

function escapeText(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
}
