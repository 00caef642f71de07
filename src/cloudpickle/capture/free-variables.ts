/**
 * What a function needs from outside its own text: bindings of the scopes around it, and its module's context.
 *
 * Input: a function site of a loaded script. Output: the free bindings with their references, or an error that names the
 * syntax which cannot travel by value. Depends on the text alone, so it is computed once for each function literal.
 */
import { isInside, type Edit } from '../source/edit.ts'
import type { Binding, ContextUse, FunctionSite, Reference, Scope } from '../source/lexical-scopes.ts'
import type { AnyNode, Node } from '../source/parse.ts'
import { travelsByValue } from './function-reference.ts'
import { blankFlag } from '../source/private-access.ts'
import { within } from '../source/sorted-spans.ts'
import { computedFieldKeys } from './left-behind.ts'
import type { LoadedScript } from './loaded-script.ts'
import { outerPrivates } from './outer-privates.ts'
import { isStrictCode, type VariableUse } from './relined-text.ts'
import { unsupported } from './unsupported.ts'

/** What CommonJS passes to its modules, by the part of a module's context that it is on the other end. */
const commonJsParts = { require: '@require', __filename: '@filename', __dirname: '@dirname' } as const

/** The parts of a module's context; `import()` and `import.meta` are syntax and get variables of their own. */
export type ContextPart = '@import' | '@meta' | (typeof commonJsParts)[keyof typeof commonJsParts]

/** What vite writes for syntax that has no meaning inside the function that it puts modules into. */
const viteContext: ReadonlyMap<string, '@meta' | '@import'> = new Map([
  ['__vite_ssr_import_meta__', '@meta'],
  ['__vite_ssr_dynamic_import__', '@import'],
])

export interface FreeVariables {
  readonly bindings: ReadonlyMap<Binding, readonly Reference[]>
  /** The variables that hold parts of the module's context. */
  readonly context: ReadonlyMap<string, ContextPart>
  /** Names that nothing in the script declares. */
  readonly globals: ReadonlySet<string>
  /** It uses `exports` of a CommonJS module that travels by name. */
  readonly usesExports: boolean
  /** Where the text uses the module's context. */
  readonly contextUses: readonly VariableUse[]
  readonly frame: FrameUses
  /** Puts parameters where the text has `arguments`, `new.target` and private names of the code around. */
  readonly frameEdits: readonly Edit[]
}

/**
 * What an arrow keeps of the call that it was made in, besides variables. All of it is fixed for the life of the arrow, so it is
 * not shared but given to whatever makes the arrow on the other end.
 */
export interface FrameUses {
  /**
   * Whose `this` it is: that of a call, or of a module that travels by name. `unknown`: only what eval() is given may use it, and
   * then V8 does not tell.
   */
  readonly self: 'call' | 'module' | 'unknown' | undefined
  /** Parameters of the maker, and the expression that gives the value of each inside the arrow. */
  readonly parameters: ReadonlyMap<string, string>
  /** The parameter for what `super` is, and the scope of the method that it is of. */
  readonly base: { readonly variable: string; readonly owner: Scope } | undefined
  /** Parameters for views of private members, and the class around the function that declares these. */
  readonly privates: ReadonlyMap<string, AnyNode>
  /** Parameters for the computed keys of a class's fields, and V8's variable for each. */
  readonly keys: ReadonlyMap<string, string>
  /** It calls eval(), so that everything has to be there under the names that the code around it has. */
  readonly hasEval: boolean
}

/**
 * `left` is what of the text stays here, see left-behind.ts.
 * @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED
 */
export function freeVariables(script: LoadedScript, site: FunctionSite, left: readonly Edit[]): FreeVariables {
  const privates = outerPrivates(script, site, left)
  const outer = new Set<Scope>()
  for (let scope: Scope | undefined = site.scope; scope; scope = scope.parent) outer.add(scope)
  for (const { node } of outer) if (node.type === 'WithStatement') refuseWith(script, node)
  const bindings = new Map<Binding, Reference[]>()
  const context = new Map<string, ContextPart>()
  const contextUses: VariableUse[] = []
  const globals = new Set<string>()
  const parameters = new Map<string, string>()
  let self: FrameUses['self']
  let base: FrameUses['base']
  let usesExports = false
  const contexts = within(script.scopes.contextUses, site.node).filter(use => !isInside(left, use))
  const hasEval = contexts.some(({ kind }) => kind === 'eval')
  for (const reference of within(script.scopes.references, site.node)) {
    const { binding } = reference
    if (isInside(left, reference) || reference.name === blankFlag) continue
    if (binding && outer.has(binding.scope)) {
      if (binding.name === 'arguments') refuseNamedArguments(script, reference)
      if (isOwnName(binding)) {
        if (reference.write) refuseOwnName(script, reference)
        parameters.set(binding.name, binding.name)
      } else bindings.set(binding, [...(bindings.get(binding) ?? []), reference])
    }
    if (!binding) globals.add(reference.name)
    if (binding || script.isModule) continue
    refuseModuleObject(script, reference)
    if (reference.name === 'exports') {
      if (isProgram(script)) parameters.set('exports', 'exports')
      else {
        usesExports = true
        contextUses.push({ reference, variable: 'exports' })
      }
    }
    if (isCommonJsVariable(reference.name)) {
      context.set(reference.name, commonJsParts[reference.name])
      contextUses.push({ reference, variable: reference.name })
    }
    const vitePart = viteContext.get(reference.name)
    if (vitePart === undefined) continue
    const variable = script.freePrefix + (vitePart === '@meta' ? '_meta' : '_import')
    context.set(variable, vitePart)
    contextUses.push({ reference, variable })
  }
  if (hasEval) addVisible(outer, bindings, parameters)
  for (const name of ['exports', ...context.keys(), ...viteContext.keys()]) globals.delete(name)
  const frameEdits: Edit[] = [...privates.edits]
  for (const use of contexts) {
    const { kind, owner, start, end, isShorthand } = use
    if (kind === 'import.meta' || kind === 'import()') {
      const variable = script.freePrefix + (kind === 'import.meta' ? '_meta' : '_import')
      context.set(variable, kind === 'import.meta' ? '@meta' : '@import')
      contextUses.push({ reference: kind === 'import.meta' ? use : { start, end: start + 'import'.length }, variable })
      continue
    }
    refuseContextUse(script, use, outer)
    const isOfMember = owner.node === site.code && site.form === 'method'
    if (kind === 'super' && (isOfMember || outer.has(owner))) base = { variable: `${script.freePrefix}_base`, owner }
    if (!outer.has(owner)) continue
    if (kind === 'this' || kind === 'super') self = selfOf(script, owner)
    if (kind === 'eval' && selfOf(script, owner)) self ??= 'unknown'
    if (kind === 'eval' && !owner.isModule) parameters.set(`${script.freePrefix}_arguments`, 'arguments')
    const isNative = kind === 'arguments' && hasEval
    if ((kind === 'arguments' || kind === 'new.target') && !isNative) {
      const variable = script.freePrefix + (kind === 'arguments' ? '_arguments' : '_target')
      parameters.set(variable, kind)
      frameEdits.push({ start, end, text: isShorthand ? `${kind}: ${variable}` : variable })
    }
  }
  const frame = { self, parameters, base, privates: privates.classes, keys: computedFieldKeys(script, site), hasEval }
  return { bindings, context, globals, usesExports, contextUses, frame, frameEdits }
}

/** Every name that code in the function can use, whether or not its text does. */
function addVisible(
  scopes: ReadonlySet<Scope>,
  bindings: Map<Binding, Reference[]>,
  parameters: Map<string, string>,
): void {
  const hidden = new Set(['arguments'])
  for (const scope of scopes) {
    for (const binding of scope.bindings.values()) {
      if (hidden.has(binding.name)) continue
      hidden.add(binding.name)
      if (isOwnName(binding)) parameters.set(binding.name, binding.name)
      else if (!bindings.has(binding)) bindings.set(binding, [])
    }
  }
}

function refuseOwnName(script: LoadedScript, { name, start }: Reference): never {
  throw unsupported(script, start, `it assigns to \`${name}\`, the name of a function expression`, 'Make it a variable')
}

function refuseWith(script: LoadedScript, { start }: Node): never {
  throw unsupported(script, start, 'it stands in a `with` statement', 'Name the object where its properties are used')
}

/** Whatever makes the function on the other end has `arguments` of its own. */
function refuseNamedArguments(script: LoadedScript, { start }: Reference): never {
  throw unsupported(script, start, 'it uses a variable that is named `arguments`', 'Give it another name')
}

function refuseModuleObject(script: LoadedScript, { name, start }: Reference): void {
  if (name !== 'module') return
  throw unsupported(script, start, `it uses \`${name}\` of its CommonJS module`, 'Use a variable of the module')
}

/** The name of a function expression inside itself, which V8 does not list among its variables. */
function isOwnName({ init, scope: { node } }: Binding): boolean {
  return init !== undefined && init === node && init.type === 'FunctionExpression'
}

/** In an ECMAScript module, `this` of the top level is undefined on both ends. */
function selfOf(script: LoadedScript, owner: Scope): FrameUses['self'] {
  if (!owner.isModule) return 'call'
  if (script.isModule || script.record.wrapper === 'vite') return undefined
  return isProgram(script) ? 'call' : 'module'
}

/** What is not evaluated on the other end. */
function isProgram({ file }: LoadedScript): boolean {
  return file === undefined || travelsByValue(file)
}

const callsNext = /^(?:\s|\/\*[^]*?\*\/|\/\/.*)*\(/

function refuseContextUse(script: LoadedScript, use: ContextUse, outer: ReadonlySet<Scope>): void {
  const { kind, owner, start } = use
  if (kind === 'eval' && !isProgram(script)) {
    throw unsupported(
      script,
      start,
      'it calls eval() in a module that travels by name',
      'Pass what the code needs as arguments',
    )
  }
  const isSuperCall = kind === 'super' && outer.has(owner) && callsNext.test(script.text.slice(use.end))
  const isOfModule = kind === 'arguments' && owner.isModule
  if (isSuperCall || isOfModule) {
    const what = isSuperCall ? 'super()' : kind
    throw unsupported(script, start, `it uses \`${what}\` of the code around it`, `Put it into a variable first`)
  }
  if (kind === 'arguments' && outer.has(owner)) refuseMappedArguments(script, owner, start)
}

/** In sloppy functions, the elements of `arguments` are the parameters, as long as these are nothing but names. */
function refuseMappedArguments(script: LoadedScript, owner: Scope, start: number): void {
  const parameters = 'params' in owner.node ? (owner.node.params as AnyNode[]) : []
  const isMapped = parameters.every(({ type }) => type === 'Identifier') && !isStrictCode(script, owner)
  const assigned = isMapped && [...owner.bindings.values()].find(binding => isAssignedParameter(binding, parameters))
  if (!assigned) return
  const what = `it uses \`arguments\` of a function around it that assigns to its parameter \`${assigned.name}\``
  throw unsupported(script, start, what, 'Use a rest parameter')
}

function isAssignedParameter({ name, reassigned }: Binding, parameters: readonly AnyNode[]): boolean {
  return reassigned && parameters.some(parameter => parameter.type === 'Identifier' && parameter.name === name)
}

function isCommonJsVariable(name: string): name is keyof typeof commonJsParts {
  return Object.hasOwn(commonJsParts, name)
}
