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
import {
  Global,
  intrinsicName,
  Pickler,
  type Addition,
  type InnerReduction,
  type Late,
  type PicklerOptions,
  type Reduction,
} from '../pickle/index.ts'
import { Attempt, KnownTooLate } from './attempt.ts'
import { loadedBuiltinOf } from './capture/builtins.ts'
import { CapturedScope } from './capture/captured-scope.ts'
import type { CapturedFunction } from './capture/closure.ts'
import { CodeUnit } from './capture/code-unit.ts'
import { functionExtras, membersOf } from './capture/function-extras.ts'
import type { FunctionReference, ModuleTarget } from './capture/function-reference.ts'
import type { FunctionTravel } from './capture/function-travel.ts'
import { SuperReference } from './capture/home-objects.ts'
import { argumentsReduction, innerReduction, proxyReduction, searchParamsReduction } from './capture/inner-state.ts'
import { disguisedType, instanceRefusal, refuseContext, refuseHeirOfProxy } from './capture/instances.ts'
import type { InternalCode } from './capture/live-functions.ts'
import { ContextReference, ModuleReference } from './capture/module-reference.ts'
import { commonJsFile, mayStandForModule } from './capture/namespace-target.ts'
import { emitterKey, internalFunction, nodeErrorPrototype, refuseInternal } from './capture/of-node.ts'
import { requireAccess } from './capture/private-classes.ts'
import { mayHavePrivates } from './capture/private-state.ts'
import { ScriptVariables } from './capture/script-variables.ts'
import { SecretWatch } from './capture/secrets.ts'
import { stoodFor } from './capture/stand-ins.ts'
import { isRegisteredByValue } from './by-value.ts'
import { emptyManifest, toPersistentId, type Manifest } from './manifest.ts'
import { publicReference } from './public-names.ts'
import {
  boundReduction,
  closureReduction,
  completedReduction,
  interopReduction,
  memberReduction,
  namespaceCopy,
  privatesAddition,
  scopeReduction,
  scriptVariablesReduction,
  setClassState,
  setFunctionState,
  superReduction,
  unitReduction,
  viewsReduction,
} from './reductions.ts'
import { contextPart } from './revive/module-context.ts'
import { viewedClass } from './revive/private-views.ts'
import { sending, sentClass, type ClassNumbers } from './sent-classes.ts'
import { installedFile, isInNodeModules } from './source/installed-package.ts'
import type { DeferredImport } from './source/resolve.ts'

export interface CloudPicklerOptions extends PicklerOptions {
  /** For what is sent in a conversation whose two ends know classes by numbers. */
  readonly classes?: ClassNumbers | undefined
}

export class CloudPickler extends Pickler {
  #attempt = new Attempt({ indexOf: value => this.memoIndex(value), path: () => this.currentPath() })
  readonly #secrets = new SecretWatch()
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
      this.#attempt.close()
    }
  }

  /** Until all is known when it is written, also where a function that tells of it comes later. */
  #dumpAgain(value: unknown): Uint8Array {
    for (;;) {
      try {
        return super.dump(value)
      } catch (error) {
        if (!(error instanceof KnownTooLate)) throw error
        this.#attempt.close()
        this.#attempt = this.#attempt.next(error)
        this.startsOver()
      }
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

  /** Hook: whether classes of a module file arrive with access to their private members. */
  protected givesPrivateAccess(_target: ModuleTarget): boolean {
    return false
  }

  /** Hook: the file name that stack traces show for code which travels by value. */
  protected sourceName(file: string): string {
    return file
  }

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
    if (isProxy(value)) return proxyReduction(value, this.#attempt.capture.inspector)
    const prototype: unknown = typeof value === 'function' ? undefined : Object.getPrototypeOf(value)
    const isUsual = prototype === Object.prototype || prototype === Array.prototype
    return isUsual ? this.#reduceUsual(value, prototype === Array.prototype) : this.#reduceOther(value)
  }

  protected override innerState(value: object, intrinsic: string): InnerReduction | 'none' | undefined {
    return innerReduction(value, intrinsic, () => this.#attempt.capture.inspector, this.#attempt.weak)
  }

  protected override disguisedType(value: object): string | undefined {
    return disguisedType(value)
  }

  /** The private state of an instance. */
  protected override addition(value: object): Addition | undefined {
    const state = mayHavePrivates(value) ? this.#attempt.capture.privatesOf(value) : undefined
    if (!state) return undefined
    for (const cls of state.classes) this.#requireBlank(cls)
    return privatesAddition(state)
  }

  protected override stringWritten(text: string): void {
    this.#secrets.look(text, () => this.currentPath())
  }

  protected override epilogue(): unknown {
    const next = this.#attempt.weak.next()
    if (next !== undefined) return next
    this.#attempt.complete()
    return this.#classes && sending(this.#attempt.sent, this.#classes)
  }

  /** That of a symbol which a module has in a variable. */
  #symbolName(symbol: symbol): Global | undefined {
    if (Symbol.keyFor(symbol) !== undefined || intrinsicName(symbol) !== undefined) return undefined
    const held = this.#attempt.heldValue(symbol)
    if (held) return this.#reference(held)
    this.#attempt.symbols.add(symbol)
    return undefined
  }

  /** An object or array as programs have most of. */
  #reduceUsual(value: object, isArray: boolean): Reduction | Global | undefined {
    const held = this.#attempt.heldValue(value)
    if (held) return this.#reference(held)
    if (isArray) return undefined
    refuseContext(value)
    return this.#reduceModuleObject(value) ?? argumentsReduction(value)
  }

  #reduceOther(value: object): Reduction | Global | undefined {
    const part = contextPart(value)
    if (part) return new Global(this.#nameOf({ kind: 'file', file: part.file }), part.name)
    if (typeof value === 'function') return this.#reduceFunction(value as unknown as Function)
    const held = this.#attempt.heldValue(value)
    if (held) return this.#reference(held)
    refuseHeirOfProxy(value)
    refuseContext(value)
    return this.#reduceRecord(value) ?? this.#reduceModuleObject(value) ?? this.#reduceInstance(value)
  }

  /** What capture has put into the pickle itself. */
  #reduceRecord(value: object): Reduction | Global | undefined {
    if (value instanceof ScriptVariables) return scriptVariablesReduction()
    if (value instanceof CodeUnit) return this.#reduceUnit(value)
    if (value instanceof CapturedScope) return scopeReduction(value)
    if (value instanceof SuperReference) return superReduction(value)
    if (value instanceof ModuleReference) return this.#reduceModule(value)
    if (value instanceof ContextReference) return new Global(this.#nameOf(value.module), value.name)
    const viewed = viewedClass(value)
    if (!viewed) return undefined
    requireAccess(viewed, this.#arrivesChanged(viewed))
    return viewsReduction(viewed)
  }

  /** An object that stands for a module. */
  #reduceModuleObject(value: object): Reduction | Global | undefined {
    const module = mayStandForModule(value) ? this.#attempt.capture.moduleStoodFor(value) : undefined
    if (module && travelsAsCopy(module)) {
      this.#attempt.capture.noteNamespacesIn(value)
      return namespaceCopy(value)
    }
    if (module) return this.#global(module.module, module.name)
    const builtin = loadedBuiltinOf(value)
    return builtin === undefined ? undefined : this.#global({ kind: 'builtin', name: builtin }, 'module.exports')
  }

  /** An instance of a class, which is left to the rules unless its class is Node's own. */
  #reduceInstance(value: object): Reduction | Global | undefined {
    const ofUrl = searchParamsReduction(value, () => this.#attempt.capture.inspector)
    if (ofUrl) return ofUrl
    // What was sent is not Node's own, and a class that has just been made is not one that the inspector knows yet.
    const codeOf = (fn: Function): InternalCode | undefined =>
      this.#sentName(fn) ? undefined : this.#attempt.capture.internalCode(fn)
    const ofNode = Object.hasOwn(value, 'constructor') ? nodeErrorPrototype(value, codeOf) : undefined
    if (ofNode) return ofNode
    const refusal = instanceRefusal(value, codeOf)
    if (!refusal) return argumentsReduction(value)
    // A package may export such an object, as express does with what all requests inherit from.
    const file = commonJsFile(value)
    if (file === undefined || !isInNodeModules(file)) throw refusal
    return this.#global({ kind: 'file', file }, 'module.exports')
  }

  #reduceFunction(fn: Function): Reduction | Global | undefined {
    const begun = this.#sentName(fn) ?? this.#attempt.cyclic.get(fn)
    if (begun) return begun
    const exported = stoodFor(fn) ?? publicReference(fn)
    if (exported) return this.#reference(exported)
    if (intrinsicName(fn) !== undefined) return undefined
    const { capture } = this.#attempt
    const captured = traceSync('capture', () => capture.describe(fn), {
      details: () => ({ name: ownName(fn) }),
      ended: ({ kind }) => ({ travels: kind }),
    })
    this.functionCaptured(() => capture.travelOf(fn, captured))
    switch (captured.kind) {
      case 'reference': {
        const global = this.#reference(captured.reference)
        const members = captured.isMade ? membersOf(fn) : undefined
        return members ? completedReduction(global, members) : global
      }
      case 'bound':
        return boundReduction(fn, captured.bound)
      case 'closure': {
        const extras = functionExtras(fn, captured.closure.natural)
        // What programs had for a class before the language had any.
        if (extras?.members && this.#classes?.assign) this.#attempt.sent.set(fn, true)
        return this.#reduceCode(fn, captured.closure, extras, setFunctionState)
      }
      case 'class':
        if (this.#classes?.assign) this.#attempt.sent.set(fn, capture.privateClasses.canRemake(fn))
        return this.#reduceCode(fn, captured.closure, captured.state, setClassState)
      case 'member': {
        const { cls } = captured.owned
        const isByName = this.#sentName(cls) !== undefined || capture.describe(cls).kind === 'reference'
        return memberReduction(fn, captured.owned, isByName)
      }
      case 'internal':
        return this.#reduceInternal(fn, captured.code)
    }
  }

  /** A function or class by value. */
  #reduceCode(fn: Function, captured: CapturedFunction, extras: object | undefined, setter: Global): Reduction {
    const { given, variables, deferred } = captured
    for (const request of deferred) this.importDeferred(request)
    for (const { value } of variables) {
      if (ModuleReference.is(value)) for (const member of value.members) this.bindingUsed(value.module, member)
    }
    const attempt = this.#attempt
    const reduction = closureReduction(captured, attempt.given(captured), attempt.brought(variables), extras, setter)
    if (given.length > 0) attempt.cyclic.set(fn, reduction)
    return reduction
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

  #reduceUnit(unit: CodeUnit): Reduction {
    const { file, url } = unit.script
    return unitReduction(unit, file === undefined ? url : this.sourceName(file))
  }

  #reduceModule({ module, name, interop }: ModuleReference): Reduction | Global {
    const global = this.#global(module, name)
    return interop ? interopReduction(global, interop) : global
  }

  /** What names a class that the other end was sent before. */
  #sentName(cls: Function): Global | undefined {
    const number = this.#classes?.known(cls)
    return number === undefined ? undefined : sentClass(number)
  }

  #requireBlank(cls: Function): void {
    const { blank, capture } = this.#attempt
    if (blank.has(cls)) return
    capture.privateClasses.requireBlank(cls, this.#arrivesChanged(cls))
    blank.add(cls)
  }

  /** Whether a class arrives with ways into its private members. */
  #arrivesChanged(cls: Function): boolean {
    const captured = this.#attempt.capture.describe(cls)
    return captured.kind === 'reference'
      ? this.givesPrivateAccess(captured.reference.module)
      : captured.kind === 'class'
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
}

function travelsAsCopy({ module }: FunctionReference): boolean {
  return module.kind === 'file' && isRegisteredByValue(module.file)
}

const encoding = { details: () => ({}), ended: ({ byteLength }: Uint8Array) => ({ sizeBytes: byteLength }) }

/** A getter of that name is not called. */
function ownName(fn: Function): string {
  const name: unknown = Object.getOwnPropertyDescriptor(fn, 'name')?.value
  return typeof name === 'string' ? name : ''
}
