/**
 * The text of a captured function, put on the lines of the author's file and with its module-level names replaced.
 *
 * A loader may have squeezed the file into one line; then line breaks go back in, in front of statements, arguments,
 * elements and properties, where they cannot change the meaning. So stack traces need no source map on the other end.
 */
import { applyEdits, type Edit } from '../source/edit.ts'
import type { FunctionSite, Reference, Scope } from '../source/lexical-scopes.ts'
import { childNodes, isStrictDirective, type AnyNode, type Node } from '../source/parse.ts'
import type { LoadedScript, Position } from './loaded-script.ts'

export interface SiteText {
  readonly text: string
  /** Where the author's file has it. */
  readonly position: Position
  /** Strict whatever its own text says. */
  readonly isStrict: boolean
}

export function siteText(script: LoadedScript, site: FunctionSite, edits: readonly Edit[]): SiteText {
  const { node } = site
  const position = script.originalPosition(node.start)
  const all = script.isTransformed ? merge(edits, lineBreaks(script, node, position.line)) : edits
  const text = applyEdits(script.text, all, node.start, node.end)
  return { text, position, isStrict: isStrictCode(script, site.scope) }
}

/** Breaks in a part that is replaced follow what replaces it. */
function merge(edits: readonly Edit[], breaks: readonly Edit[]): Edit[] {
  const isWithin = (edit: Edit, place: Edit): boolean => edit.start < place.start && place.start < edit.end
  const kept = breaks.filter(place => !edits.some(edit => isWithin(edit, place)))
  const padded = edits.map(edit => {
    const inside = breaks.filter(place => isWithin(edit, place)).map(place => place.text)
    return inside.length > 0 ? { ...edit, text: edit.text + inside.join('') } : edit
  })
  return [...padded, ...kept]
}

/** A class body is strict code, and so is a function with the directive, with all that they hold. */
export function isStrictCode(script: LoadedScript, scope: Scope): boolean {
  if (script.isStrict) return true
  for (let outer: Scope | undefined = scope; outer && !outer.isModule; outer = outer.parent) {
    const { type, body } = outer.node as AnyNode & { body?: AnyNode }
    if (type === 'ClassDeclaration' || type === 'ClassExpression') return true
    if (body?.type === 'BlockStatement' && body.body.some(isStrictDirective)) return true
  }
  return false
}

function lineBreaks(script: LoadedScript, root: Node, firstLine: number): Edit[] {
  const places: number[] = []
  const open: Node[] = [root]
  for (let node = open.pop(); node; node = open.pop()) {
    places.push(...breakable(node as AnyNode).map(child => child.start))
    open.push(...childNodes(node))
  }
  places.sort((a, b) => a - b)
  const edits: Edit[] = []
  let line = firstLine
  for (const start of places) {
    const original = script.originalPosition(start)
    if (original.line > line) edits.push({ start, end: start, text: '\n'.repeat(original.line - line) })
    line = Math.max(line, original.line)
  }
  return edits
}

/** The children of `node` before which a line break is always allowed: each follows one of `{ ; , ( [`. */
function breakable(node: AnyNode): Node[] {
  switch (node.type) {
    case 'BlockStatement':
    case 'StaticBlock':
    case 'ClassBody':
      return node.body
    case 'SwitchCase':
      return node.consequent
    case 'CallExpression':
    case 'NewExpression':
      return node.arguments
    case 'ArrayExpression':
      return node.elements.filter(element => element !== null)
    case 'ObjectExpression':
      return node.properties
    case 'SequenceExpression':
      return node.expressions.slice(1)
    case 'VariableDeclaration':
      return node.declarations.slice(1)
    default:
      return []
  }
}

/** How a reference to `member` of the object in variable `base` is written where `reference` stands. */
export function memberEdit(reference: Reference, base: string, member: string): Edit {
  const { start, end, form, name, startsStatement } = reference
  const access = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u.test(member)
    ? `${base}.${member}`
    : `${base}[${JSON.stringify(member)}]`
  if (form === 'shorthand') return { start, end, text: `${name}: ${access}` }
  // A call through a member would pass the object as `this`. The semicolon keeps a line before from taking the parenthesis.
  if (form === 'call') return { start, end, text: `${startsStatement ? ';' : ''}(0,${access})` }
  return { start, end, text: access }
}
