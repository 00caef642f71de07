/**
 * Binding patterns: `name`, `{ a, b: [c = 1] }`, and which names they bind.
 */
import type { AnyNode } from './parse.ts'

/** The names that a binding pattern binds. */
export function boundNames(pattern: AnyNode): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name]
    case 'ObjectPattern':
      return pattern.properties.flatMap(p => boundNames(p.type === 'RestElement' ? p.argument : p.value))
    case 'ArrayPattern':
      return pattern.elements.flatMap(element => (element ? boundNames(element) : []))
    case 'AssignmentPattern':
      return boundNames(pattern.left)
    case 'RestElement':
      return boundNames(pattern.argument)
    default:
      return []
  }
}

/** The property that `{ property: name }` takes `name` from; undefined for anything that is more than that. */
export function destructuredProperty(pattern: AnyNode, name: string): string | undefined {
  if (pattern.type !== 'ObjectPattern') return undefined
  for (const property of pattern.properties) {
    if (property.type !== 'Property' || property.computed || property.value.type !== 'Identifier') continue
    if (property.value.name === name) return writtenName(property.key)
  }
  return undefined
}

/** What an identifier or a string says, as the key of a property or the name of an export. */
export function writtenName(node: AnyNode): string {
  return node.type === 'Literal' ? String(node.value) : node.type === 'Identifier' ? node.name : ''
}
