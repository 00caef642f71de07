/**
 * What of an expression that gives a string is known without running it: `'./plugins/' + name + '.js'` begins and ends so.
 */
import type { AnyNode } from './parse.ts'

/** Literal parts in order; undefined for what is computed. */
export function literalParts(node: AnyNode): readonly (string | undefined)[] {
  if (node.type === 'Literal' && typeof node.value === 'string') return [node.value]
  if (node.type === 'BinaryExpression' && node.operator === '+' && node.left.type !== 'PrivateIdentifier') {
    return [...literalParts(node.left), ...literalParts(node.right)]
  }
  if (node.type !== 'TemplateLiteral') return [undefined]
  return node.quasis.flatMap((quasi, index) => [
    quasi.value.cooked ?? undefined,
    ...(index < node.expressions.length ? [undefined] : []),
  ])
}
