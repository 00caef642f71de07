/**
 * CloudPickler: a Pickler that also takes functions, and instances of classes that can be named on the other end.
 *
 * Input: any value. Output: a pickle in which functions are references by name or code units with their variables, behind a
 * manifest of the modules to evaluate. How a module file is named is up to subclasses; here it is the file's own URL, so the
 * other end must have the same files at the same place.
 */
import { pathToFileURL } from 'node:url'
import { isProxy } from 'node:util/types'
import { traceSync } from '../diagnostics/channels.ts'
import { ModulePickleError } from '../errors.ts'
import {
  Global,
  intrinsicName,
  Labelled,
  Late,
  Pickler,
  Tuple,
  type Addition,
  type InnerReduction,
  type PicklerOptions,
  type Reduction,
} from '../pickle/index.ts'
import { loadedBuiltinOf } from './capture/builtins.ts'
import { Capture } from './capture/capture.ts'
import { CapturedScope } from './capture/captured-scope.ts'
import type { CapturedFunction } from './capture/closure.ts'
import { CapturedSizes } from './capture/captured-sizes.ts'
import { CodeUnit } from './capture/code-unit.ts'
import type { FunctionReference, ModuleTarget } from './capture/function-reference.ts'
import type { FunctionTravel } from './capture/function-travel.ts'
import { functionExtras, membersOf } from './capture/function-extras.ts'
import { SuperReference } from './capture/home-objects.ts'
import { argumentsReduction, innerReduction, proxyReduction, searchParamsReduction } from './capture/inner-state.ts'
import { disguisedType, instanceRefusal, refuseContext, refuseHeirOfProxy } from './capture/instances.ts'
import type { OwnedMember } from './capture/live-classes.ts'
import type { InternalCode } from './capture/live-functions.ts'
import { ContextReference, ModuleReference } from './capture/module-reference.ts'
import { requireAccess } from './capture/private-classes.ts'
import { mayHavePrivates } from './capture/private-state.ts'
import { ScriptVariables } from './capture/script-variables.ts'
import { SecretWatch } from './capture/secrets.ts'
import { stoodFor } from './capture/stand-ins.ts'
import { WeakContents } from './capture/weak-contents.ts'
import { isRegisteredByValue } from './by-value.ts'
import { emptyManifest, toPersistentId, type Manifest } from './manifest.ts'
import { publicReference } from './public-names.ts'
import { commonJsFile, mayStandForModule } from './capture/namespace-target.ts'
import {
  boundOnceListener,
  emitterKey,
  internalFunction,
  nodeErrorPrototype,
  refuseInternal,
} from './capture/of-node.ts'
import { sending, sentClass, type ClassNumbers } from './sent-classes.ts'
import { contextPart } from './revive/module-context.ts'
import { viewedClass } from './revive/private-views.ts'
import { installedFile, isInNodeModules } from './source/installed-package.ts'
import type { DeferredImport } from './source/resolve.ts'

/** What runs on the other end; see revive/. */
const codeUnit = new Global('cloudpickle', 'code')
const scope = new Global('cloudpickle', 'scope')
const closure = new Global('cloudpickle', 'closure')
const objectCreate = new Global('js', 'Object.create')
const setFunctionState = new Global('cloudpickle', 'setFunctionState')
const setClassState = new Global('cloudpickle', 'setClassState')
const member = new Global('cloudpickle', 'member')
const blank = new Global('cloudpickle', 'blank')
const setPrivates = new Global('cloudpickle', 'setPrivates')
const interop = new Global('cloudpickle', 'interop')
const superOf = new Global('cloudpickle', 'super')
const views = new Global('cloudpickle', 'privateViews')
const bind = new Global('cloudpickle', 'bind')
const completeClass = new Global('cloudpickle', 'completeClass')
const addMembers = new Global('cloudpickle', 'addMembers')

/**
 * Ends an attempt in which something was written before all was known about it: values whose names turned up later, functions
 * that turned out to share a scope.
 */
class KnownTooLate extends Error {
  readonly named: ReadonlyMap<object | symbol, FunctionReference>

  constructor(named: ReadonlyMap<object | symbol, FunctionReference>) {
    super('What was written is better known now.')
    this.named = named
  }
}

export interface CloudPicklerOptions extends PicklerOptions {
  /** For what is sent in a conversation whose two ends know classes by numbers. */
  readonly classes?: ClassNumbers | undefined
}

/** A program that makes other functions in each attempt may not keep it from ending. */
const mostAttempts = 4

export class CloudPickler extends Pickler {
  #capture: Capture | undefined
  #attempt = this.#begin()
  #attempts = 1
  readonly #secrets = new SecretWatch()
  /** Of values that were written before their names were known. */
  readonly #known = new Map<object | symbol, FunctionReference>()
  readonly #classes: ClassNumbers | undefined

  constructor(options: CloudPicklerOptions = {}) {
    super(options)
    this.#classes = options.classes
  }

  override dump(value: unknown): Uint8Array {
    try {
      const bytes = traceSync('encode', () => this.#dumpAgain(value), encoding)
      this.#attempt.sizes.warn()
      return bytes
    } finally {
      this.#capture?.close(this.#attempt.sizes.areNoticeable)
    }
  }

  /** Until all is known when it is written, also where a function that tells of it comes later. */
  #dumpAgain(value: unknown): Uint8Array {
    for (;;) {
      try {
        return super.dump(value)
      } catch (error) {
        if (!(error instanceof KnownTooLate)) throw error
        for (const [each, reference] of error.named) this.#known.set(each, reference)
      }
      this.#capture?.close(this.#attempt.sizes.areNoticeable)
      this.#capture = undefined
      this.#attempts++
      this.#attempt = this.#begin()
      this.startsOver()
    }
  }

  /** What is known of the pickle that is being written. */
  #begin() {
    return {
      sizes: new CapturedSizes(),
      weak: new WeakContents({ indexOf: value => this.memoIndex(value), path: () => this.currentPath() }),
      modules: new Set<string | Late>(),
      names: new Map<string, string | Late>(),
      symbols: new Set<symbol>(),
      /** Of functions that are made with values that may hold them: a second visit has to give the same answer. */
      cyclic: new Map<Function, Reduction>(),
      /** Classes by value, and whether what comes back of them can be made here. */
      sent: new Map<Function, boolean>(),
      /** Classes that can make instances with private members again. */
      blank: new Set<Function>(),
      written: new Map<CapturedScope | CodeUnit | ScriptVariables, Set<string>>(),
    }
  }

  /** Hook: the value is written anew from its beginning; nothing that other hooks were told of it counts any more. */
  protected startsOver(): void {}

  /** Hook: the module part of references to a target. A Late is for names that depend on everything that is referred to. */
  protected moduleName(target: ModuleTarget): string | Late {
    if (target.kind !== 'file') return target.kind === 'builtin' ? target.name : target.specifier
    const installed = isInNodeModules(target.file) ? installedFile(target.file) : undefined
    return installed ? `npm:${installed.name}@${installed.version}/${installed.file}` : pathToFileURL(target.file).href
  }

  /** Hook: told of each binding of a module file that the pickle uses by name. */
  protected bindingUsed(_target: ModuleTarget, _name: string): void {}

  /** Hook: told of each module that the other end will evaluate. */
  protected moduleReached(_target: ModuleTarget): void {}

  /** Hook: told of what functions by value import when they run. */
  protected importDeferred(_request: DeferredImport): void {}

  /** Hook: told of each function; `travel` says how it travels, and is to be called at once or not at all. */
  protected functionCaptured(_travel: () => FunctionTravel): void {}

  /** Hook: the manifest; called when the body is complete. */
  protected manifest(): Manifest {
    const modules = [...this.#attempt.modules].map(name => (typeof name === 'string' ? name : name.text()))
    return { ...emptyManifest, modules }
  }

  protected override preamble(): unknown {
    const manifest = this.manifest()
    const isNeeded = manifest.modules.length > 0 || manifest.snapshots.length > 0
    return isNeeded ? toPersistentId(manifest) : undefined
  }

  protected override reducerOverride(value: object | symbol): Reduction | Global | undefined {
    if (typeof value === 'symbol') return emitterKey(value) ?? this.#symbolName(value)
    if (isProxy(value)) return proxyReduction(value, this.#capturing().inspector)
    const prototype: unknown = typeof value === 'function' ? undefined : Object.getPrototypeOf(value)
    const isUsual = prototype === Object.prototype || prototype === Array.prototype
    return isUsual ? this.#reduceUsual(value, prototype === Array.prototype) : this.#reduceOther(value)
  }

  /** That of a symbol which a module has in a variable. */
  #symbolName(symbol: symbol): Global | undefined {
    if (Symbol.keyFor(symbol) !== undefined || intrinsicName(symbol) !== undefined) return undefined
    const held = this.#heldValue(symbol)
    if (held) return this.#reference(held)
    this.#attempt.symbols.add(symbol)
    return undefined
  }

  /** An object or array as programs have most of. */
  #reduceUsual(value: object, isArray: boolean): Reduction | Global | undefined {
    const held = this.#heldValue(value)
    if (held) return this.#reference(held)
    if (isArray) return undefined
    refuseContext(value)
    return this.#reduceModuleObject(value) ?? argumentsReduction(value)
  }

  /** An object that stands for a module. */
  #reduceModuleObject(value: object): Reduction | Global | undefined {
    const module = mayStandForModule(value) ? this.#capturing().moduleStoodFor(value) : undefined
    if (module && travelsAsCopy(module)) {
      this.#capturing().noteNamespacesIn(value)
      return copyOfNamespace(value)
    }
    if (module) return this.#global(module.module, module.name)
    const builtin = loadedBuiltinOf(value)
    return builtin === undefined ? undefined : this.#global({ kind: 'builtin', name: builtin }, 'module.exports')
  }

  /** Nothing has a name before a function turns up, except for what did so in an attempt before. */
  #heldValue(value: object | symbol): FunctionReference | undefined {
    const capture = this.#known.size > 0 ? this.#capturing() : this.#capture
    return capture?.heldValue(value)
  }

  #reduceOther(value: object): Reduction | Global | undefined {
    const part = contextPart(value)
    if (part) return new Global(this.#nameOf({ kind: 'file', file: part.file }), part.name)
    if (typeof value === 'function') return this.#reduceFunction(value as unknown as Function)
    const held = this.#heldValue(value)
    if (held) return this.#reference(held)
    refuseHeirOfProxy(value)
    refuseContext(value)
    if (value instanceof ScriptVariables) return { callee: objectCreate, args: [null] }
    if (value instanceof CodeUnit) return this.#reduceUnit(value)
    if (value instanceof CapturedScope) return { callee: scope, args: [value.parent, value.maker] }
    if (value instanceof SuperReference) return { callee: superOf, args: [value.home] }
    if (value instanceof ModuleReference) return this.#reduceModule(value)
    if (value instanceof ContextReference) return new Global(this.#nameOf(value.module), value.name)
    const viewed = viewedClass(value)
    if (viewed) return this.#reduceViews(viewed)
    const module = this.#reduceModuleObject(value)
    if (module) return module
    const ofUrl = searchParamsReduction(value, () => this.#capturing().inspector)
    if (ofUrl) return ofUrl
    // What was sent is not Node's own, and a class that has just been made is not one that the inspector knows yet.
    const codeOf = (fn: Function): InternalCode | undefined =>
      this.#sentName(fn) ? undefined : this.#capturing().internalCode(fn)
    const ofNode = Object.hasOwn(value, 'constructor') ? nodeErrorPrototype(value, codeOf) : undefined
    if (ofNode) return ofNode
    const refusal = instanceRefusal(value, codeOf)
    if (!refusal) return argumentsReduction(value)
    // A package may export such an object, as express does with what all requests inherit from.
    const file = commonJsFile(value)
    if (file === undefined || !isInNodeModules(file)) throw refusal
    return this.#global({ kind: 'file', file }, 'module.exports')
  }

  protected override innerState(value: object, intrinsic: string): InnerReduction | 'none' | undefined {
    return innerReduction(value, intrinsic, () => this.#capturing().inspector, this.#attempt.weak)
  }

  protected override disguisedType(value: object): string | undefined {
    return disguisedType(value)
  }

  protected override stringWritten(text: string): void {
    this.#secrets.look(text, () => this.currentPath())
  }

  protected override epilogue(): unknown {
    const next = this.#attempt.weak.next()
    if (next !== undefined || !this.#capture) return next
    this.#capture.refuseStamped(object => this.memoIndex(object) !== undefined)
    const named = this.#capture.namedTooLate(this.#attempt.symbols)
    if (this.#capture.decideSharing() || named.size > 0) throw new KnownTooLate(named)
    return this.#classes && sending(this.#attempt.sent, this.#classes)
  }

  #reduceFunction(fn: Function): Reduction | Global | undefined {
    const begun = this.#sentName(fn) ?? this.#attempt.cyclic.get(fn)
    if (begun) return begun
    const exported = stoodFor(fn) ?? publicReference(fn)
    if (exported) return this.#reference(exported)
    if (intrinsicName(fn) !== undefined) return undefined
    const captured = traceSync('capture', () => this.#capturing().describe(fn), {
      details: () => ({ name: ownName(fn) }),
      ended: ({ kind }) => ({ travels: kind }),
    })
    this.functionCaptured(() => this.#capturing().travelOf(fn, captured))
    switch (captured.kind) {
      case 'reference':
        return this.#reduceReference(fn, captured)
      case 'bound': {
        const { target, self, arguments: bound } = captured.bound
        if (isProxy(target)) {
          throw new ModulePickleError('ERR_UNPICKLABLE', 'a bound Proxy cannot be pickled. Bind it on the other end.')
        }
        const once = boundOnceListener(fn, target, self)
        if (once) return once
        const reduction = { callee: bind, args: [target, self, new Tuple(bound)] }
        const length = Math.max(0, target.length - bound.length)
        return withState(reduction, [], functionExtras(fn, { name: `bound ${target.name}`, length }))
      }
      case 'closure': {
        const extras = functionExtras(fn, captured.closure.natural)
        // What programs had for a class before the language had any.
        if (extras?.members && this.#classes?.assign) this.#attempt.sent.set(fn, true)
        return this.#withState(fn, captured.closure, setFunctionState, extras)
      }
      case 'class':
        if (this.#classes?.assign) this.#attempt.sent.set(fn, this.#capturing().privateClasses.canRemake(fn))
        return this.#withState(fn, captured.closure, setClassState, captured.state)
      case 'member':
        return this.#reduceMember(fn, captured.owned)
      case 'internal':
        return this.#reduceInternal(fn, captured.code)
    }
  }

  /** What names a class that the other end was sent before. */
  #sentName(cls: Function): Global | undefined {
    const number = this.#classes?.known(cls)
    return number === undefined ? undefined : sentClass(number)
  }

  #reduceInternal(fn: Function, code: InternalCode): Reduction | Global {
    const internal = internalFunction(fn, code)
    switch (internal?.kind) {
      case 'made by':
        return { callee: this.#reference(internal.maker), args: [internal.original] }
      case 'once':
        return internal.reduction
      case 'require':
        return new Global(this.#nameOf({ kind: 'file', file: internal.file }), '@require')
      case undefined:
        return refuseInternal(fn, code)
    }
  }

  /** The private state of an instance. */
  protected override addition(value: object): Addition | undefined {
    const state = mayHavePrivates(value) ? this.#capturing().privatesOf(value) : undefined
    if (!state) return undefined
    for (const cls of state.classes) this.#requireBlank(cls)
    const cells = state.cells.map(
      ({ cls, name, value: held }) => new Tuple([cls, name, new Labelled(held, `.${name}`)]),
    )
    const setters = cells.length > 0 ? [{ callee: setPrivates, state: new Tuple(cells) }] : []
    return { callee: blank, args: [new Tuple(state.classes)], setters }
  }

  /** Hook: whether classes of a module file arrive with access to their private members. */
  protected givesPrivateAccess(_target: ModuleTarget): boolean {
    return false
  }

  #reduceViews(cls: Function): Reduction {
    requireAccess(cls, this.#arrivesChanged(cls))
    return { callee: views, args: [cls] }
  }

  #requireBlank(cls: Function): void {
    if (this.#attempt.blank.has(cls)) return
    this.#capturing().privateClasses.requireBlank(cls, this.#arrivesChanged(cls))
    this.#attempt.blank.add(cls)
  }

  /** Whether a class arrives with ways into its private members. */
  #arrivesChanged(cls: Function): boolean {
    const captured = this.#capturing().describe(cls)
    return captured.kind === 'reference'
      ? this.givesPrivateAccess(captured.reference.module)
      : captured.kind === 'class'
  }

  #capturing(): Capture {
    const isWritten = (value: object | symbol): boolean => this.memoIndex(value) !== undefined
    return (this.#capture ??= new Capture(this.#known, isWritten, this.#attempts < mostAttempts))
  }

  /** A class that a library made at run time takes along what it was filled with since. */
  #reduceReference(
    fn: Function,
    { reference, isMade = false }: { reference: FunctionReference; isMade?: boolean },
  ): Reduction | Global {
    const global = this.#reference(reference)
    const members = isMade ? membersOf(fn) : undefined
    return members ? { callee: completeClass, args: [global], state: members, stateSetter: addMembers } : global
  }

  #reference({ module, name }: FunctionReference): Global {
    this.bindingUsed(module, name)
    return this.#global(module, name)
  }

  /** A reference into a module, which the manifest then lists for evaluation. */
  #global(target: ModuleTarget, name: string): Global {
    const module = this.#nameOf(target)
    if (!this.#attempt.modules.has(module)) this.moduleReached(target)
    this.#attempt.modules.add(module)
    return new Global(module, name)
  }

  #nameOf(target: ModuleTarget): string | Late {
    const key = JSON.stringify(target)
    const name = this.#attempt.names.get(key) ?? this.moduleName(target)
    this.#attempt.names.set(key, name)
    return name
  }

  #reduceModule({ module, name, interop: wrapping }: ModuleReference): Reduction | Global {
    const global = this.#global(module, name)
    return wrapping ? { callee: interop, args: [global, wrapping === 'esm-node'] } : global
  }

  /** A function or class that its scope makes, then filled by `setter` with variables and with what it has beyond its code. */
  #withState(fn: Function, closureRecord: CapturedFunction, setter: Global, extras: object | undefined): Reduction {
    const { owner, maker, given, variables, deferred } = closureRecord
    for (const request of deferred) this.importDeferred(request)
    const fresh: Tuple[] = []
    for (const variable of variables) {
      const { value } = variable
      if (ModuleReference.is(value)) for (const member of value.members) this.bindingUsed(value.module, member)
      if (!this.#isFresh(variable.owner, variable.name)) continue
      fresh.push(new Tuple([variable.owner, variable.name, this.#attempt.sizes.measured(value, variable.name)]))
    }
    const parts = given.map(([name, value]) => this.#attempt.sizes.measured(value, name))
    const reduction = withState({ callee: closure, args: [owner, maker, ...parts] }, fresh, extras, setter)
    if (given.length > 0) this.#attempt.cyclic.set(fn, reduction)
    return reduction
  }

  /** A class by name has its members as they are on the other end; one by value makes them anew. */
  #reduceMember(fn: Function, { cls, member: { isStatic, key, part }, liveKey, natural }: OwnedMember): Reduction {
    const isByName = this.#sentName(cls) !== undefined || this.#capturing().describe(cls).kind === 'reference'
    const reduction = { callee: member, args: [cls, isStatic, isByName ? liveKey : key, part] }
    return isByName ? reduction : withState(reduction, [], functionExtras(fn, natural))
  }

  /** A variable travels once, with the first function that uses it. */
  #isFresh(owner: CapturedScope | CodeUnit | ScriptVariables, name: string): boolean {
    const names = this.#attempt.written.get(owner) ?? new Set()
    this.#attempt.written.set(owner, names)
    if (names.has(name)) return false
    names.add(name)
    return true
  }

  /** Hook: the file name that stack traces show for code which travels by value. */
  protected sourceName(file: string): string {
    return file
  }

  #reduceUnit(unit: CodeUnit): Reduction {
    const { file, url } = unit.script
    const sourceName = file === undefined ? url : this.sourceName(file)
    let generated: { text: string; firstLine: number } | undefined
    const generate = (): { text: string; firstLine: number } => (generated ??= unit.generate(sourceName))
    const text = new Late(() => generate().text)
    const firstLine = new Late(() => String(generate().firstLine))
    return { callee: codeUnit, args: [text, firstLine, sourceName] }
  }
}

function withState(
  reduction: Reduction,
  variables: readonly Tuple[],
  extras: object | undefined,
  setter = setFunctionState,
): Reduction {
  if (variables.length === 0 && !extras) return reduction
  return { ...reduction, state: new Tuple([new Tuple(variables), extras ?? null]), stateSetter: setter }
}

function travelsAsCopy({ module }: FunctionReference): boolean {
  return module.kind === 'file' && isRegisteredByValue(module.file)
}

/** What a module that travels by value exports at this moment. */
function copyOfNamespace(namespace: object): Reduction {
  return { callee: new Global('js', 'Object.create'), args: [null], state: { ...namespace } }
}

const encoding = { details: () => ({}), ended: ({ byteLength }: Uint8Array) => ({ sizeBytes: byteLength }) }

/** A getter of that name is not called. */
function ownName(fn: Function): string {
  const name: unknown = Object.getOwnPropertyDescriptor(fn, 'name')?.value
  return typeof name === 'string' ? name : ''
}
