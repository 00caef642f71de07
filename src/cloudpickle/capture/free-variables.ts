/**
 * What a function needs from outside its own text: bindings of the scopes around it, and its module's context.
 *
 * Input: a function site of a loaded script. Output: the free bindings with their references, or an error that names the
 * syntax which cannot travel by value. Depends on the text alone, so it is computed once for each function literal.
 */
import { ModulePickleError } from '../../errors.ts'
import { isInside, type Edit } from '../source/edit.ts'
import type { Binding, ContextUse, FunctionSite, Reference, Scope } from '../source/lexical-scopes.ts'
import { childNodes, type AnyNode, type Node } from '../source/parse.ts'
import type { LoadedScript } from './loaded-script.ts'

/**
 * The parts of a module's context, by the variable that holds each in a code unit: `import()` and `import.meta` are syntax and
 * get variables of their own, the rest are what CommonJS passes to its modules.
 */
export const contextParts = {
  $mp_import: '@import',
  $mp_meta: '@meta',
  require: '@require',
  __filename: '@filename',
  __dirname: '@dirname',
} as const

export type ContextVariable = keyof typeof contextParts

export interface FreeVariables {
  readonly bindings: ReadonlyMap<Binding, readonly Reference[]>
  readonly context: ReadonlySet<ContextVariable>
  /** Puts the context's variables where the text has `import(…)` and `import.meta`. */
  readonly contextEdits: readonly Edit[]
}

/**
 * `left` is what of the text stays here, see left-behind.ts.
 * @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED
 */
export function freeVariables(script: LoadedScript, site: FunctionSite, left: readonly Edit[]): FreeVariables {
  refuseOuterPrivateNames(script, site.node, new Set())
  const outer = new Set<Scope>()
  for (let scope: Scope | undefined = site.scope; scope; scope = scope.parent) outer.add(scope)
  const bindings = new Map<Binding, Reference[]>()
  const context = new Set<ContextVariable>()
  for (const reference of within(script.scopes.references, site)) {
    const { binding } = reference
    if (isInside(left, reference)) continue
    if (reference.write && binding?.isConstant && outer.has(binding.scope)) refuseConstant(script, reference)
    if (binding && outer.has(binding.scope)) bindings.set(binding, [...(bindings.get(binding) ?? []), reference])
    if (binding || script.isModule) continue
    refuseModuleObject(script, reference)
    if (isCommonJsVariable(reference.name)) context.add(reference.name)
  }
  const contextEdits: Edit[] = []
  for (const use of within(script.scopes.contextUses, site)) {
    if (isInside(left, use)) continue
    if (use.kind !== 'import.meta' && use.kind !== 'import()') {
      refuseContextUse(script, site, use, outer)
      continue
    }
    const variable = use.kind === 'import.meta' ? '$mp_meta' : '$mp_import'
    const end = use.kind === 'import.meta' ? use.end : use.start + 'import'.length
    context.add(variable)
    contextEdits.push({ start: use.start, end, text: variable })
  }
  return { bindings, context, contextEdits }
}

/** The items of a list sorted by position that lie in the text of a site. */
export function within<T extends { start: number; end: number }>(sorted: readonly T[], { node }: FunctionSite): T[] {
  return sorted.filter(({ start, end }) => start >= node.start && end <= node.end)
}

function refuseConstant(script: LoadedScript, { name, start }: Reference): never {
  throw unsupported(script, start, `it assigns to the constant \`${name}\``, 'Make it a variable')
}

/** `o.#x` needs the class that declares `#x` around it. */
function refuseOuterPrivateNames(script: LoadedScript, node: Node, declared: ReadonlySet<string>): void {
  const { type, name, start } = node as AnyNode & { name?: string }
  if (type === 'PrivateIdentifier' && !declared.has(name!)) {
    throw unsupported(
      script,
      start,
      `it uses the private name #${name} of a class around it`,
      'Give the class a method for it',
    )
  }
  const known = type === 'ClassBody' ? new Set([...declared, ...privateNames(node as AnyNode)]) : declared
  for (const child of childNodes(node)) refuseOuterPrivateNames(script, child, known)
}

function privateNames(classBody: AnyNode): string[] {
  return childNodes(classBody).flatMap(member => {
    const key = 'key' in member ? (member.key as AnyNode) : undefined
    return key?.type === 'PrivateIdentifier' ? [key.name] : []
  })
}

function refuseModuleObject(script: LoadedScript, { name, start }: Reference): void {
  if (name !== 'module' && name !== 'exports') return
  throw unsupported(script, start, `it uses \`${name}\` of its CommonJS module`, 'Use a variable of the module')
}

function refuseContextUse(script: LoadedScript, site: FunctionSite, use: ContextUse, outer: ReadonlySet<Scope>): void {
  const { kind, owner, start } = use
  if (kind === 'eval') throw unsupported(script, start, 'it calls eval', 'Pass what the code needs as arguments')
  // In an ECMAScript module, `this` of the top level is undefined on both ends.
  const isLexical = outer.has(owner) && !(kind === 'this' && owner.isModule && script.isModule)
  const needsHome = kind === 'super' && owner.node === site.code
  if (isLexical || needsHome) {
    throw unsupported(script, start, `it uses \`${kind}\` of the code around it`, `Put it into a variable first`)
  }
}

export function unsupported(script: LoadedScript, offset: number, what: string, way: string): ModulePickleError {
  const where = describePosition(script, offset)
  return new ModulePickleError(
    'ERR_CAPTURE_UNSUPPORTED',
    `The function at ${where} cannot travel by value: ${what}. ${way}, or import the function from a module of its own.`,
  )
}

function isCommonJsVariable(name: string): name is ContextVariable {
  return name === 'require' || name === '__filename' || name === '__dirname'
}

function describePosition(script: LoadedScript, offset: number): string {
  const { line, column } = script.originalPosition(offset)
  return `${script.file ?? script.url}:${line + 1}:${column + 1}`
}
