/**
 * The text of a captured function, put on the lines of the author's file and with its module-level names replaced.
 *
 * A loader may have put it on other lines, or all on one; see relining.ts. So stack traces need no source map on the other end.
 */
import { applyEdits, type Edit } from '../source/edit.ts'
import type { FunctionSite, Reference, Scope } from '../source/lexical-scopes.ts'
import { isStrictDirective, type AnyNode } from '../source/parse.ts'
import type { Position } from './author-lines.ts'
import type { LoadedScript } from './loaded-script.ts'
import { relinedEdits } from './relining.ts'

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
  const all = script.isTransformed ? [...edits, ...relinedEdits(script, node, position.line, edits)] : edits
  const text = applyEdits(script.text, all, node.start, node.end)
  return { text, position, isStrict: isStrictCode(script, site.scope) }
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

/** A place of the text where a variable of the unit is used, or a member of what the variable holds. */
export interface VariableUse {
  readonly reference: Pick<Reference, 'start' | 'end'> & Partial<Reference>
  readonly variable: string
  readonly member?: string
}

/** How that is written, also where the variable itself is a member of an object in variable `holder`. */
export function useEdits({ reference, variable, member }: VariableUse, holder?: string): Edit[] {
  const { start, end, form, name, startsStatement, names } = reference
  const path = [...(holder === undefined ? [] : [holder]), variable, ...(member === undefined ? [] : [member])]
  const access = path.reduce((base, key) => base + accessTo(key))
  if (reference.write && reference.binding?.isConstant)
    return [{ start, end, text: assignmentError(access, reference) }]
  if (access === name) return []
  if (form === 'shorthand') return [{ start, end, text: `${name}: ${access}` }]
  // A call through a member would pass the object as `this`. The semicolon keeps a line before from taking the parenthesis.
  if (form === 'call') return [{ start, end, text: `${startsStatement ? ';' : ''}(0,${access})` }]
  if (!names) return [{ start, end, text: access }]
  // Only a name that is assigned to names what it is given; so does a property.
  return [
    { start, end, text: access },
    { start: names.start, end: names.start, text: `({[${JSON.stringify(name)}]:` },
    { start: names.end, end: names.end, text: `})${accessTo(name!)}` },
  ]
}

/** What stands where a constant is assigned to: there it is a variable, which others may yet have to give its value. */
function assignmentError(access: string, { name, form, startsStatement }: Partial<Reference>): string {
  const target = `({get v(){return ${access}},set v(_){void this.v;const c=0;c=1}}).v`
  if (form === 'shorthand') return `${name}: ${target}`
  return startsStatement ? `;${target}` : target
}

function accessTo(key: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}
