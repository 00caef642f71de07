/**
 * What the text of a class makes by itself: its methods and accessors.
 *
 * Input: a class site. Output: a description to compare the live class with. Depends on the text alone; computed once for
 * each class literal.
 */
import type { FunctionSite } from '../source/lexical-scopes.ts'
import type { AnyNode, Node } from '../source/parse.ts'
import type { LoadedScript } from './loaded-script.ts'

/** A method, or one half of an accessor. */
export interface ClassMember {
  readonly node: Node
  readonly isStatic: boolean
  readonly part: 'value' | 'get' | 'set'
  /** The key that the text which travels puts it under. */
  readonly key: string
  /** The name that this key gives the function. */
  readonly name: string
}

export interface ClassShape {
  readonly members: ReadonlyMap<Node, ClassMember>
}

const shapes = new WeakMap<AnyNode, ClassShape>()

export function classShape({ code }: FunctionSite): ClassShape {
  const shape = shapes.get(code) ?? readShape(code)
  shapes.set(code, shape)
  return shape
}

function readShape(code: AnyNode): ClassShape {
  const members = new Map<Node, ClassMember>()
  if (code.type !== 'ClassDeclaration' && code.type !== 'ClassExpression') return { members }
  for (const member of code.body.body) {
    if (member.type !== 'MethodDefinition' || member.kind === 'constructor') continue
    if (member.key.type === 'PrivateIdentifier') continue
    const key = member.computed ? placeholderKey(member) : literalKey(member.key)
    const part = member.kind === 'method' ? 'value' : member.kind
    const name = part === 'value' ? key : `${part} ${key}`
    members.set(member, { node: member, isStatic: member.static, part, key, name })
  }
  return { members }
}

export function literalKey(key: AnyNode): string {
  if (key.type === 'Identifier') return key.name
  if (key.type !== 'Literal') return ''
  return key.bigint ?? String(key.value)
}

/** The key that a method with a computed one is made under, see left-behind.ts. */
export function placeholderKey({ start }: Node): string {
  return `$k${start}`
}

/** Whether the computed key of a field is the same whenever and wherever it is computed: a literal or a well-known symbol. */
export function isSafeKey(script: LoadedScript, key: Node): boolean {
  const node = key as AnyNode
  if (node.type === 'Literal') return true
  if (node.type === 'TemplateLiteral') return node.expressions.length === 0
  if (node.type !== 'MemberExpression' || node.computed || node.object.type !== 'Identifier') return false
  if (node.object.name !== 'Symbol' || node.property.type !== 'Identifier') return false
  const isGlobal = script.scopes.references.find(({ start }) => start === node.object.start)?.binding === undefined
  return isGlobal && typeof Reflect.get(Symbol, node.property.name) === 'symbol'
}
