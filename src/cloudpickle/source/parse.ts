/**
 * JavaScript text to a syntax tree (ESTree, by acorn: plain JavaScript, so it runs inside the worker runtime too).
 *
 * Input is what V8 or the disk holds after any TypeScript has been removed. Nothing is ever run.
 */
import { parse as acornParse, type AnyNode, type Node, type Options, type Program } from 'acorn'
import { ModulePickleError } from '../../errors.ts'

export type { AnyNode, ArrowFunctionExpression, BlockStatement, Node, Program } from 'acorn'

/** `module`: ECMAScript module; `script`: CommonJS or a classic script. */
export type SourceKind = 'module' | 'script'

const shared: Options = { ecmaVersion: 'latest', allowHashBang: true, allowSuperOutsideMethod: true }

/**
 * Parses `text`. `where` names it in errors.
 * @throws ModulePickleError ERR_MODULE_UNREADABLE with the line and column that do not parse
 */
export function parse(text: string, kind: SourceKind, where: string, onToken?: (token: Token) => void): Program {
  try {
    return acornParse(text, onToken ? { ...optionsFor(kind), onToken } : optionsFor(kind))
  } catch (error) {
    const { message } = error as Error
    throw new ModulePickleError('ERR_MODULE_UNREADABLE', `${where} cannot be parsed as JavaScript: ${message}`, {
      cause: error,
    })
  }
}

/** A piece of text that no line break may go into or leave. */
export interface Token {
  readonly start: number
  readonly end: number
}

/**
 * The tokens of a text, in order; what lies between them is whitespace and comments.
 * @throws ModulePickleError ERR_MODULE_UNREADABLE
 */
export function readTokens(text: string, kind: SourceKind, where: string): readonly Token[] {
  const tokens: Token[] = []
  parse(text, kind, where, ({ start, end }) => void tokens.push({ start, end }))
  return tokens
}

/** The kind that Node detects for a file without `type`: a module if it only parses as one, else CommonJS. */
export function detectKind(text: string): SourceKind {
  try {
    acornParse(text, optionsFor('script'))
    return 'script'
  } catch {
    return 'module'
  }
}

function optionsFor(kind: SourceKind): Options {
  return kind === 'module'
    ? { ...shared, sourceType: 'module', allowAwaitOutsideFunction: true }
    : { ...shared, sourceType: 'script', allowReturnOutsideFunction: true }
}

/** The direct child nodes of `node`, in source order as ESTree lists them. */
export function childNodes(node: Node): AnyNode[] {
  const children: AnyNode[] = []
  for (const key in node) {
    const value: unknown = (node as unknown as Record<string, unknown>)[key]
    if (typeof value !== 'object' || value === null) continue
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) children.push(item)
    } else if (isNode(value)) children.push(value)
  }
  return children
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

export function isStrictDirective(statement: AnyNode): boolean {
  return 'directive' in statement && statement.directive === 'use strict'
}

export function isFunctionOrClass(node: Node): boolean {
  return /^(Function|ArrowFunction|Class)(Declaration|Expression)$/.test(node.type)
}
