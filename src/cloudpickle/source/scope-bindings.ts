/**
 * Which names the syntax of a scope binds in it, by the rules of ECMA-262: blocks, and hoisting out of them.
 *
 * Input: statements and the scope that they are in. Nothing nested in functions and classes below is looked at.
 */
import type { Scope } from './lexical-scopes.ts'
import { childNodes, isFunctionOrClass, type AnyNode, type Node } from './parse.ts'
import { boundNames } from './patterns.ts'

/** A scope inside another one, without bindings as yet. */
export function innerScope(node: Node, parent: Scope, isFunction = false): Scope {
  return { node, parent, isModule: false, isFunction, bindings: new Map() }
}

/** A name that is bound twice is as if it was assigned to. */
export function bind(scope: Scope, name: string, init: AnyNode | undefined, isConstant = false): void {
  const known = scope.bindings.get(name)
  if (known) known.reassigned = true
  else scope.bindings.set(name, { name, scope, init, isConstant, reassigned: false })
}

/** Binds the names of a parameter, or of what `catch` takes. */
export function bindPattern(scope: Scope, pattern: AnyNode): void {
  for (const name of boundNames(pattern)) bind(scope, name, undefined)
}

/** Binds what the statements of a function, or of a module, declare. */
export function bindBody(scope: Scope, body: readonly AnyNode[], mayBeSloppy: boolean): void {
  bindHoisted(scope, body, mayBeSloppy)
  bindBlock(scope, body)
}

/** Binds what `let`, `const`, `class` and `function` declare directly in a statement list. */
export function bindBlock(scope: Scope, body: readonly AnyNode[]): void {
  for (const statement of body) {
    const node = declarationOf(statement)
    if (!node) continue
    if (node.type === 'VariableDeclaration') {
      if (node.kind === 'var') continue
      for (const { id, init } of node.declarations) {
        const value = id.type === 'Identifier' ? (init ?? undefined) : undefined
        for (const name of boundNames(id)) bind(scope, name, value, node.kind !== 'let')
      }
    } else if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') {
      if (node.id) bind(scope, node.id.name, node)
    }
  }
}

/**
 * Binds what `var` declares anywhere below the statements, short of nested functions; in code that may be sloppy also functions in
 * blocks, which the function around them sees as well (annex B.3.3).
 */
function bindHoisted(scope: Scope, body: readonly AnyNode[], mayBeSloppy: boolean): void {
  const direct = new Set(body)
  const open = [...body].reverse()
  for (let node = open.pop(); node; node = open.pop()) {
    if (isFunctionOrClass(node)) {
      const name = node.type === 'FunctionDeclaration' ? node.id?.name : undefined
      const isInBlock = mayBeSloppy && !direct.has(node)
      if (isInBlock && name !== undefined && !scope.bindings.has(name)) bind(scope, name, undefined)
      continue
    }
    if (node.type === 'VariableDeclaration' && node.kind === 'var') {
      for (const { id, init } of node.declarations) {
        for (const name of boundNames(id)) {
          if (scope.bindings.has(name)) continue
          bind(scope, name, id.type === 'Identifier' ? (init ?? undefined) : undefined)
        }
      }
    }
    open.push(...[...childNodes(node)].reverse())
  }
}

function declarationOf(statement: AnyNode): AnyNode | undefined {
  if (statement.type === 'ExportNamedDeclaration') return statement.declaration ?? undefined
  if (statement.type === 'ExportDefaultDeclaration') return statement.declaration
  return statement
}
