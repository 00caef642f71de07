/**
 * Puts the tokens of a function back on the author's lines, after a loader has printed it on others.
 *
 * Input: a node of a transformed script. Output: edits of what stands between tokens, whitespace and comments, and nothing else.
 * A line break is made only where one was, or where it cannot change the meaning; one that goes leaves the semicolon that it
 * stood for.
 */
import type { Edit } from '../source/edit.ts'
import { childNodes, type AnyNode, type Node } from '../source/parse.ts'
import type { LoadedScript } from './loaded-script.ts'

const lineBreak = /\r\n|[\n\r\u2028\u2029]/g

/** `firstLine` is the author's line on which the text of `root` will begin; `others` are edits that these leave alone. */
export function relinedEdits(script: LoadedScript, root: Node, firstLine: number, others: readonly Edit[]): Edit[] {
  const { breakable, unterminated } = inspectNode(script.text, root)
  const edits: Edit[] = []
  let line = firstLine
  let end = -1
  for (const token of script.tokensOf(root)) {
    if (end !== -1) {
      const start = end
      const gap = script.text.slice(start, token.start)
      const breaks = count(gap)
      const isFree = !others.some(other => other.start < token.start && other.end > start)
      if (!isFree) line += breaks
      else if (breaks > 0 || breakable.has(token.start)) {
        const wanted = Math.max(0, script.originalPosition(token.start).line - line)
        const text = wanted > 0 ? '\n'.repeat(wanted) : unterminated.has(start) ? ';' : ' '
        if (breaks > 0) edits.push({ start, end: token.start, text })
        else if (wanted > 0) edits.push({ start: token.start, end: token.start, text })
        line += wanted
      }
    }
    line += count(script.text.slice(token.start, token.end))
    end = token.end
  }
  return edits
}

function count(text: string): number {
  return text.match(lineBreak)?.length ?? 0
}

/** Where a line break is always allowed, and where statements end without a semicolon. */
function inspectNode(text: string, root: Node): { breakable: Set<number>; unterminated: Set<number> } {
  const breakable = new Set<number>()
  const unterminated = new Set<number>()
  const open: Node[] = [root]
  for (let node = open.pop(); node; node = open.pop()) {
    for (const child of breakableChildren(node as AnyNode)) breakable.add(child.start)
    if (needsSemicolon.test(node.type) && text[node.end - 1] !== ';') unterminated.add(node.end)
    open.push(...childNodes(node))
  }
  return { breakable, unterminated }
}

const needsSemicolon =
  /^(Expression|Return|Throw|Break|Continue|Debugger|DoWhile)Statement$|^VariableDeclaration$|^PropertyDefinition$/

/** The children of `node` before which a line break is always allowed: each follows one of `{ ; , ( [`. */
function breakableChildren(node: AnyNode): Node[] {
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
