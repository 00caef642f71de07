/**
 * Private names of the classes around a function: `o.#x` means something only inside the class, which travels elsewhere.
 *
 * Input: a function site. Output: the classes it needs a way into, and edits that take that way: `views.of(o)["#x"]`, see
 * revive/private-views.ts. Reads the text alone.
 */
import { isInside, type Edit } from '../source/edit.ts'
import type { FunctionSite, Scope } from '../source/lexical-scopes.ts'
import { childNodes, type AnyNode, type Node } from '../source/parse.ts'
import { isClass, privateNames } from '../source/private-access.ts'
import type { LoadedScript } from './loaded-script.ts'
import { unsupported } from './unsupported.ts'

export interface OuterPrivates {
  /** By the variable that holds the views of each class in the text that travels. */
  readonly classes: ReadonlyMap<string, AnyNode>
  readonly edits: readonly Edit[]
}

type PrivateMember = AnyNode & { type: 'MemberExpression' }

/** `left` is what of the text stays here. @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED */
export function outerPrivates(script: LoadedScript, site: FunctionSite, left: readonly Edit[]): OuterPrivates {
  const reader = new OuterPrivateReader(script, site)
  if (usesOuterPrivates(script, site)) reader.visit(site.node as AnyNode, new Set(), 'value', left)
  return reader
}

/** Whether a function uses a private name of a class around it. */
export function usesOuterPrivates(script: LoadedScript, site: FunctionSite): boolean {
  return /#[\p{ID_Start}$_\\]/u.test(script.text.slice(site.node.start, site.node.end))
}

class OuterPrivateReader implements OuterPrivates {
  readonly classes = new Map<string, AnyNode>()
  readonly edits: Edit[] = []
  readonly #script: LoadedScript
  readonly #site: FunctionSite

  constructor(script: LoadedScript, site: FunctionSite) {
    this.#script = script
    this.#site = site
  }

  /** `declared` are the names of classes inside the function; `role` is what the expression is part of. */
  visit(node: AnyNode, declared: ReadonlySet<string>, role: 'value' | 'callee' | 'new', left: readonly Edit[]): void {
    if (isInside(left, node)) return
    const own = isClass(node) ? new Set([...declared, ...privateNames(node).all]) : declared
    const isOuter = (name: AnyNode): name is AnyNode & { type: 'PrivateIdentifier' } =>
      name.type === 'PrivateIdentifier' && !declared.has(`#${name.name}`)
    if (node.type === 'MemberExpression' && isOuter(node.property)) this.#member(node, role)
    else if (node.type === 'BinaryExpression' && isOuter(node.left)) this.#in(node)
    else if (isOuter(node)) throw this.#refusal(node, 'is a private method', 'Wrap it in an arrow function')
    for (const child of childNodes(node)) {
      const isName = node.type === 'MemberExpression' && child === node.property && !node.computed
      const isLeft = node.type === 'BinaryExpression' && child.type === 'PrivateIdentifier'
      const known = child.type === 'ClassBody' ? own : declared
      if (!isName && !isLeft) this.visit(child, known, roleOf(child, node, role), left)
    }
  }

  #member(node: PrivateMember, role: 'value' | 'callee' | 'new'): void {
    const { object, property, start } = node
    if (isOptional(object)) {
      throw this.#refusal(property, 'uses a private name behind `?.`', 'Put what is before it into a variable')
    }
    const variable = this.#variableFor(property as AnyNode & { type: 'PrivateIdentifier' })
    const dot = this.#script.tokensOf(node).findLast(token => token.end <= property.start)!
    const view = `${variable}.${role === 'callee' ? 'called' : 'of'}(`
    this.edits.push({ start, end: start, text: role === 'new' ? `(${view}` : view })
    const close = `${role === 'new' ? '))' : ')'}${node.optional ? '?.' : ''}`
    this.edits.push({ start: dot.start, end: dot.end, text: close }, this.#key(property))
  }

  #in(node: AnyNode & { type: 'BinaryExpression' }): void {
    const variable = this.#variableFor(node.left as AnyNode & { type: 'PrivateIdentifier' })
    const { start, end } = node.right
    this.edits.push({ ...this.#key(node.left), text: JSON.stringify(this.#textOf(node.left)) })
    this.edits.push({ start, end: start, text: `(${variable}.in((` }, { start: end, end, text: ')))' })
  }

  #key(name: Node): Edit {
    return { start: name.start, end: name.end, text: `[${JSON.stringify(this.#textOf(name))}]` }
  }

  #textOf(name: Node): string {
    return `#${(name as AnyNode & { type: 'PrivateIdentifier' }).name}`
  }

  #variableFor(name: AnyNode & { type: 'PrivateIdentifier' }): string {
    let scope: Scope | undefined = this.#site.scope
    while (scope && !privateNames(scope.node as AnyNode).all.includes(this.#textOf(name))) scope = scope.parent
    const code = scope!.node as AnyNode
    const variable = `${this.#script.freePrefix}_privates${code.start}`
    this.classes.set(variable, code)
    return variable
  }

  #refusal(name: Node, what: string, way: string): Error {
    const text = this.#script.text.slice(name.start, name.end)
    return unsupported(this.#script, name.start, `it ${what}: ${text}`, way)
  }
}

/** Whether a chain can end before it gets to what stands behind `object`. */
function isOptional(object: AnyNode): boolean {
  if (object.type === 'MemberExpression') return object.optional || isOptional(object.object as AnyNode)
  if (object.type === 'CallExpression') return object.optional || isOptional(object.callee as AnyNode)
  return false
}

/** Whatever is called gets `this`, and the parentheses of a call inside what `new` makes would be taken for those of `new`. */
function roleOf(child: AnyNode, parent: AnyNode, role: 'value' | 'callee' | 'new'): 'value' | 'callee' | 'new' {
  if (parent.type === 'NewExpression') return child === parent.callee ? 'new' : 'value'
  if (parent.type === 'CallExpression') return child === parent.callee ? 'callee' : 'value'
  if (parent.type === 'TaggedTemplateExpression') return child === parent.tag ? 'callee' : 'value'
  if (parent.type === 'ChainExpression') return role
  return parent.type === 'MemberExpression' && child === parent.object && role === 'new' ? 'new' : 'value'
}
