/**
 * Which functions the probe may call: those in which its condition is reached, and works, before anything of their own runs.
 *
 * V8 puts the breakpoint at the first place in the text where it can stop: a statement or a call. What is evaluated before that
 * place would run; and where the place is not reached, so would the whole body.
 */
import type { FunctionSite, Scope } from '../source/lexical-scopes.ts'
import { childNodes, type AnyNode } from '../source/parse.ts'

export function canEnter({ code, scope, inner }: FunctionSite): boolean {
  if (
    code.type !== 'FunctionDeclaration' &&
    code.type !== 'FunctionExpression' &&
    code.type !== 'ArrowFunctionExpression'
  ) {
    return false
  }
  if (code.params.some(computes)) return false
  const first = firstStatement(code.body)
  if (first?.type === 'ClassDeclaration' && (first.superClass || first.body.body.some(initialises))) return false
  // The object that a loop goes over is evaluated before the place in its head.
  if (code.generator && (first?.type === 'ForInStatement' || first?.type === 'ForOfStatement')) return false
  if (code.generator && first && takesApart(first)) return false
  return ![...inner, ...outwards(scope)].some(({ bindings }) => bindings.has('globalThis'))
}

function* outwards(scope: Scope): Generator<Scope> {
  for (let from: Scope | undefined = scope; from; from = from.parent) yield from
}

/**
 * Whether a parameter computes a key, which runs code, or calls something in a default: that is where the breakpoint would stand,
 * and defaults are not evaluated for the arguments that the probe gives.
 */
function computes(pattern: AnyNode): boolean {
  if ('computed' in pattern && pattern.computed) return true
  if (/^(CallExpression|NewExpression|TaggedTemplateExpression)$/.test(pattern.type)) return true
  return childNodes(pattern).some(computes)
}

/** Whether variables are taken out of something by a pattern that calls: those places come before that something in the text. */
function takesApart(statement: AnyNode): boolean {
  const declaration = statement.type === 'ForStatement' ? statement.init : statement
  if (declaration?.type !== 'VariableDeclaration') return false
  return declaration.declarations.some(({ id }) => computes(id))
}

/** Whether code of a member runs when the class is made: code that is no place of the function's own. */
function initialises(member: AnyNode): boolean {
  if (member.type === 'StaticBlock') return !member.body.every(isNaming)
  return member.type === 'PropertyDefinition' && member.static
}

/** What esbuild's keepNames adds, `__name(this, 'C')`, changes nothing that is not thrown away with the class. */
function isNaming(statement: AnyNode): boolean {
  if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'CallExpression') return false
  const { callee } = statement.expression
  return callee.type === 'Identifier' && callee.name === '__name'
}

/** The first that is evaluated as one. */
function firstStatement(body: AnyNode): AnyNode | undefined {
  if (body.type !== 'BlockStatement') return body
  for (const statement of body.body) {
    if (statement.type === 'FunctionDeclaration' || statement.type === 'EmptyStatement') continue
    if (statement.type === 'BlockStatement') {
      const first = firstStatement(statement)
      if (first) return first
    } else if (statement.type === 'TryStatement') return firstStatement(statement.block) ?? statement
    else if (statement.type === 'LabeledStatement') return firstStatement(statement.body)
    else return statement
  }
  return undefined
}
