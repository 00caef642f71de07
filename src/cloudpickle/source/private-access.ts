/**
 * Access to the private members of classes: what a class declares, and the text with which it hands out ways to read, write and
 * make them.
 *
 * Used for classes that travel by value and for modules that are packed, so that both can be given the private state of their
 * instances. Only the class's own text can reach a private name, and only its constructor can make one; lines stay as they are.
 */
import type { Edit } from './edit.ts'
import { childNodes, type AnyNode } from './parse.ts'

export type ClassNode = AnyNode & { type: 'ClassDeclaration' | 'ClassExpression' }

/** The private names that a class declares, with their `#`. */
export interface PrivateNames {
  readonly fields: readonly string[]
  readonly staticFields: readonly string[]
  /** Of fields, methods and accessors. */
  readonly all: readonly string[]
  /** A name that instances have, if there is one: of a field, a method or an accessor. */
  readonly brand: string | undefined
}

/**
 * True while an instance is made without running its class's constructor and initialisers. A variable around the class by value, or
 * of the packed module; no program has a name that begins so.
 */
export const blankFlag = '$mp_blank'

/** What a class calls with itself and its access, under this symbol on globalThis; see revive/private-access.ts. */
export const privateAccessKey = 'modulepickle.privates'

export const noNames: PrivateNames = { fields: [], staticFields: [], all: [], brand: undefined }
const known = new WeakMap<AnyNode, PrivateNames>()

export function privateNames(code: AnyNode): PrivateNames {
  const names = known.get(code) ?? readNames(code)
  known.set(code, names)
  return names
}

export function hasPrivateNames({ all }: PrivateNames): boolean {
  return all.length > 0
}

function readNames(code: AnyNode): PrivateNames {
  if (!isClass(code)) return noNames
  const fields: string[] = []
  const staticFields: string[] = []
  const all = new Set<string>()
  let brand: string | undefined
  for (const member of code.body.body) {
    if (member.type === 'StaticBlock' || member.key.type !== 'PrivateIdentifier') continue
    const name = `#${member.key.name}`
    all.add(name)
    if (!member.static) brand ??= name
    if (member.type === 'PropertyDefinition') (member.static ? staticFields : fields).push(name)
  }
  return { fields, staticFields, all: [...all], brand }
}

/**
 * An expression for an object of functions, to be evaluated where the names are in scope. Its type is PrivateAccess, with cells
 * for `members`.
 */
export function accessText({ brand }: PrivateNames, members: readonly string[]): string {
  const cells = members.map(
    name => `'${name}':{has(o){return ${name} in o},get(o){return o.${name}},set(o,v){o.${name}=v}}`,
  )
  const has = brand === undefined ? 'false' : `${brand} in o`
  return `{has(o){return ${has}},cells:{${cells.join(',')}}}`
}

/** Edits of the text of a class that has private names; none for another one. Guards that it arrived with stay as they are. */
export function privateAccessEdits(text: string, code: ClassNode): Edit[] {
  const names = privateNames(code)
  if (!hasPrivateNames(names)) return []
  const { start } = code.body
  const parts = [`access:${accessText(names, names.all)}`]
  const edits: Edit[] = []
  if (names.brand !== undefined && canMakeBlank(code)) {
    const count = constructorOf(code)?.params.length ?? 0
    parts.push(`isDerived:${code.superClass !== null}`, `parameters:${count}`, `blank(v){${blankFlag}=v}`)
    edits.push(...guards(text, code))
  }
  const handOut = `static{globalThis[globalThis.Symbol.for('${privateAccessKey}')]?.(this,{${parts.join(',')}})}`
  return [{ start: start + 1, end: start + 1, text: handOut }, ...edits]
}

/** Arguments are given for all parameters; a computed key in one of these would be computed all the same. */
export function canMakeBlank(code: AnyNode): boolean {
  return !isClass(code) || !constructorOf(code)?.params.some(hasComputedKey)
}

/** What sets a field, and what a constructor does, is skipped where only a blank instance is wanted. */
function guards(text: string, code: ClassNode): Edit[] {
  const edits: Edit[] = []
  for (const member of code.body.body) {
    if (member.type !== 'PropertyDefinition' || member.static || !member.value) continue
    const { value, key, computed } = member
    if (value.type === 'ConditionalExpression' && isFlag(value.test)) continue
    // `#x = () => {}` names the function, so it has to stay what a property is set to.
    const name = computed ? text.slice(key.start, key.end) : JSON.stringify(nameOf(key))
    const [before, after] = isAnonymous(value) ? [`{[${name}]:`, `}[${name}]`] : ['(', ')']
    edits.push({ start: value.start, end: value.start, text: `(${blankFlag}?void 0:${before}` })
    edits.push({ start: value.end, end: value.end, text: `${after})` })
  }
  const body = constructorOf(code)?.body
  const [first] = body?.body ?? []
  if (body && !(first?.type === 'IfStatement' && isFlag(first.test))) {
    const leave = code.superClass ? '{super();return}' : 'return;'
    edits.push({ start: body.start + 1, end: body.start + 1, text: `if(${blankFlag})${leave}` })
  }
  return edits
}

/** The constructor that the text of a class has, if it has one. */
export function constructorOf(code: ClassNode) {
  const member = code.body.body.find(each => each.type === 'MethodDefinition' && each.kind === 'constructor')
  return member?.type === 'MethodDefinition' ? member.value : undefined
}

export function isClass(code: AnyNode): code is ClassNode {
  return code.type === 'ClassDeclaration' || code.type === 'ClassExpression'
}

function isFlag(test: AnyNode): boolean {
  return test.type === 'Identifier' && test.name === blankFlag
}

function isAnonymous(value: AnyNode): boolean {
  if (value.type === 'ArrowFunctionExpression') return true
  return (value.type === 'FunctionExpression' || value.type === 'ClassExpression') && !value.id
}

function nameOf(key: AnyNode): string {
  if (key.type === 'PrivateIdentifier') return `#${key.name}`
  if (key.type === 'Identifier') return key.name
  return key.type === 'Literal' ? (key.bigint ?? String(key.value)) : ''
}

/** Computing a key would run code. */
function hasComputedKey(pattern: AnyNode): boolean {
  if ('computed' in pattern && pattern.computed) return true
  return childNodes(pattern).some(hasComputedKey)
}
