/**
 * Where the constructor of a derived class can be left as soon as its parent's has returned: right behind `super(…)`, where the
 * instance has the private names and nothing else has run.
 *
 * Input: the constructor's text. The arguments of `super()` are evaluated, so they have to be such that this runs nothing, given
 * stand-ins for all parameters (revive/private-state.ts).
 */
import type { FunctionSite } from '../source/lexical-scopes.ts'
import { boundNames } from '../source/patterns.ts'
import type { AnyNode } from '../source/parse.ts'

/** The offset to stop at; undefined for a constructor that does something before. */
export function behindSuper({ code }: FunctionSite): number | undefined {
  if (code.type !== 'FunctionExpression') return undefined
  const [first, second] = code.body.body
  if (first?.type !== 'ExpressionStatement' || first.expression.type !== 'CallExpression') return undefined
  const { callee, arguments: given } = first.expression
  const parameters = new Set(code.params.flatMap(boundNames))
  if (callee.type !== 'Super' || !given.every(each => isInert(each, parameters))) return undefined
  // Of other statements, a part may be evaluated before the first place where V8 can stop.
  if (second) return second.type === 'ExpressionStatement' ? second.start : undefined
  return code.body.end - 1
}

function isInert(node: AnyNode, parameters: ReadonlySet<string>): boolean {
  switch (node.type) {
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return true
    case 'SpreadElement':
      return isOfParameter(node.argument, parameters)
    case 'ArrayExpression':
      return node.elements.every(element => element === null || isInert(element, parameters))
    case 'ObjectExpression':
      return node.properties.every(property => {
        if (property.type === 'SpreadElement') return isOfParameter(property.argument, parameters)
        return !property.computed && isInert(property.value, parameters)
      })
    case 'LogicalExpression':
      return isInert(node.left, parameters) && isInert(node.right, parameters)
    case 'ConditionalExpression':
      return [node.test, node.consequent, node.alternate].every(each => isInert(each, parameters))
    default:
      return isText(node, parameters)
  }
}

/** Whether nothing runs either where it is made a string. */
function isText(node: AnyNode, parameters: ReadonlySet<string>): boolean {
  if (node.type === 'Literal') return true
  if (node.type === 'TemplateLiteral') return node.expressions.every(each => isText(each, parameters))
  if (node.type === 'BinaryExpression') {
    return node.operator === '+' && isText(node.left, parameters) && isText(node.right, parameters)
  }
  return isOfParameter(node, parameters)
}

function isOfParameter(node: AnyNode, parameters: ReadonlySet<string>): boolean {
  if (node.type === 'ChainExpression') return isOfParameter(node.expression, parameters)
  if (node.type === 'MemberExpression') return !node.computed && isOfParameter(node.object, parameters)
  return node.type === 'Identifier' && parameters.has(node.name)
}
