/**
 * What of a function's or class's text does not travel with it, because it has run here and must not run again.
 *
 * Input: a function site. Output: edits that take those parts out and keep every line where it is. Their effects travel as
 * state: names, prototypes, static members, keys.
 */
import type { Edit } from '../source/edit.ts'
import type { FunctionSite } from '../source/lexical-scopes.ts'
import type { AnyNode, Node } from '../source/parse.ts'
import { isSafeKey, placeholderKey } from './class-shape.ts'
import type { ClassNode } from '../source/private-access.ts'
import type { LoadedScript } from './loaded-script.ts'

type MemberNode = ClassNode['body']['body'][number]

export function leftBehind(script: LoadedScript, { node, code, form }: FunctionSite): Edit[] {
  if (form === 'class') return classEdits(script, code as ClassNode)
  const member = node as AnyNode
  const isMember = member.type === 'Property' || member.type === 'MethodDefinition'
  if (!isMember) return []
  const edits = member.computed ? [withoutKey(script.text, member, 'method')] : []
  // A method that travels without its class does so as that of an object.
  if (member.type === 'MethodDefinition' && member.static) edits.push(removal(script.text, node.start, node.start + 6))
  return edits
}

/**
 * The class stays a derived class, of null: what it extends is set when both exist. Static blocks and fields have run; their
 * outcome travels as properties. `[key]() {}` gets a name of no meaning, and is put under its key later.
 */
function classEdits(script: LoadedScript, { superClass, body }: ClassNode): Edit[] {
  const { text } = script
  const heritage = superClass ? [removal(text, superClass.start, superClass.end, 'null')] : []
  return [...heritage, ...body.body.flatMap(member => memberEdits(script, member))]
}

function memberEdits(script: LoadedScript, member: MemberNode): Edit[] {
  const { text } = script
  const { start, end } = member
  if (member.type === 'StaticBlock') return [removal(text, start, end, ';')]
  if (member.type === 'MethodDefinition') {
    return member.computed ? [withoutKey(text, member, placeholderKey(member))] : []
  }
  if (member.static) {
    const isPrivate = member.key.type === 'PrivateIdentifier'
    return [removal(text, isPrivate ? member.key.end : start, end, ';')]
  }
  if (!member.computed || isSafeKey(script, member.key)) return []
  return [removal(text, member.key.start, member.key.end, fieldKeyVariable(script, member.key))]
}

/** Of a class's fields with keys that are computed once: the variable that has the key in the text that travels, and V8's own. */
export function computedFieldKeys(script: LoadedScript, { code, form }: FunctionSite): Map<string, string> {
  const keys = new Map<string, string>()
  const members = form === 'class' ? (code as ClassNode).body.body : []
  const computed = members.filter(member => member.type === 'PropertyDefinition' && member.computed)
  for (const [index, member] of computed.entries()) {
    if (member.type !== 'PropertyDefinition' || member.static || isSafeKey(script, member.key)) continue
    keys.set(fieldKeyVariable(script, member.key), `.class-field-${index + 1}`)
  }
  return keys
}

function fieldKeyVariable({ freePrefix }: LoadedScript, { start }: Node): string {
  return `${freePrefix}_key${start}`
}

/** `get[key]` needs no space, `get name` does. Brackets may stand in the key as well, and in comments around it. */
function withoutKey(text: string, { start, key }: { start: number; key: Node }, name: string): Edit {
  return removal(text, endOf(beforeKey, text, start), endOf(afterKey, text, key.end) + 1, ` ${name}`)
}

/** From the start of a member, up to the bracket before its key, and from the key's end to the one after it. */
const beforeKey = /(?:[^[/]|\/\*[^]*?\*\/|\/\/.*)*/y
const afterKey = /(?:[^\]/]|\/\*[^]*?\*\/|\/\/.*)*/y

function endOf(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start
  return start + pattern.exec(text)![0].length
}

function removal(text: string, start: number, end: number, replacement = ''): Edit {
  return { start, end, text: replacement + text.slice(start, end).replaceAll(/[^\n\r\u2028\u2029]/g, '') }
}
