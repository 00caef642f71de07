/**
 * From a live function to what describes it: a reference by name, or a record of its code and variables.
 *
 * One Capture serves one dump, because sharing is exact within a pickle. What depends on the loaded text alone outlives it.
 */
import type { Binding, FunctionSite, Scope } from '../source/lexical-scopes.ts'
import { privateViews } from '../revive/private-views.ts'
import type { AnyNode } from '../source/parse.ts'
import { CapturedScopes } from './captured-scope.ts'
import { captureClosure, type CapturedFunction } from './closure.ts'
import { ClassesAround } from './classes-around.ts'
import type { ClassState } from './class-state.ts'
import { CodeUnit } from './code-unit.ts'
import { warnOfCopiedState } from './copied-state.ts'
import { readFrame, type FrameValues } from './frame.ts'
import { unsupported, type FrameUses } from './free-variables.ts'
import { travelOf, type FunctionTravel } from './function-travel.ts'
import { builtinReference, scriptReference, type FunctionReference } from './function-reference.ts'
import { noteExportedNamespaces, noteImportedNamespace } from './exported-namespaces.ts'
import { HeldBindings, isOfPackage } from './held-bindings.ts'
import { HeapView } from './heap.ts'
import { HomeObjects } from './home-objects.ts'
import type { FunctionInternals, Inspector } from './inspector.ts'
import { LiveClasses, type OwnedMember } from './live-classes.ts'
import { LiveFunctions, type InternalCode, type LiveFunction } from './live-functions.ts'
import type { LoadedScript, LoadedScripts } from './loaded-script.ts'
import { heldModule } from './held-module.ts'
import type { ModuleReference } from './module-reference.ts'
import { NamedValues } from './named-values.ts'
import { moduleStoodFor } from './namespace-target.ts'
import { PrivateClasses } from './private-classes.ts'
import { PrivateStates, type PrivateState } from './private-state.ts'
import { alignScopes, namesAround, type ScopeChain } from './scope-chain.ts'
import { ScriptVariables, scriptVariable } from './script-variables.ts'
import { ScopeSharing } from './scope-sharing.ts'
import { StampedObjects } from './stamped-objects.ts'
import { openSession } from './session.ts'

export type Captured =
  | { readonly kind: 'reference'; readonly reference: FunctionReference; readonly isMade?: boolean }
  | { readonly kind: 'bound'; readonly bound: NonNullable<FunctionInternals['boundTarget']> }
  | { readonly kind: 'closure'; readonly closure: CapturedFunction }
  | { readonly kind: 'class'; readonly closure: CapturedFunction; readonly state: ClassState | undefined }
  /** A method or accessor, which its class makes. */
  | { readonly kind: 'member'; readonly owned: OwnedMember }
  /** A function of Node's own, or machine code, that no module exports. */
  | { readonly kind: 'internal'; readonly code: InternalCode }

/** The computed keys of a class's fields, by V8's variable for each. */
const fieldKeys = new WeakMap<Function, Map<string, string>>()

export class Capture {
  /** What can be done about classes with private members. */
  readonly privateClasses: PrivateClasses
  readonly #inspector: Inspector
  readonly #scripts: LoadedScripts
  readonly #functions: LiveFunctions
  readonly #sharing: ScopeSharing
  readonly #scopes: CapturedScopes
  readonly #common = new ScriptVariables()
  readonly #privates: PrivateStates
  readonly #classes: LiveClasses
  readonly #homes: HomeObjects
  readonly #around: ClassesAround
  readonly #stamped: StampedObjects
  readonly #held = new HeldBindings(fn => {
    const place = this.#functions.find(fn)
    return place && { script: place.script, scope: place.site.scope, internals: this.#inspector.internalsOf(fn) }
  })
  #heap: { readonly view: HeapView | undefined } | undefined
  readonly #units = new Map<LoadedScript, CodeUnit>()

  readonly #named: NamedValues

  /**
   * `known` are values whose names are known from an attempt before; `isWritten` tells of those that the pickle holds already;
   * `mayStartOver`: there can be another attempt.
   * @throws ModulePickleError ERR_INSPECTOR_UNAVAILABLE
   */
  constructor(
    known: ReadonlyMap<object | symbol, FunctionReference>,
    isWritten: (value: object | symbol) => boolean,
    mayStartOver: boolean,
  ) {
    const session = openSession()
    const { inspector, scripts } = session
    this.#inspector = inspector
    this.#scripts = scripts
    this.#functions = new LiveFunctions(session)
    this.#privates = new PrivateStates(inspector, this.#functions)
    this.privateClasses = new PrivateClasses(inspector, this.#functions, this.#privates)
    this.#classes = new LiveClasses(this.#functions, this.#privates)
    this.#named = new NamedValues(
      { scriptOf: file => scripts.ofFile(file), codeOf: fn => this.#functions.find(fn)?.site.code, isWritten },
      known,
    )
    this.#stamped = new StampedObjects(inspector, this.#privates, this.#functions)
    this.#around = new ClassesAround(inspector, this.#functions)
    const heap = (): HeapView | undefined => this.#lookAtHeap()
    this.#sharing = new ScopeSharing(inspector, heap, mayStartOver)
    this.#homes = new HomeObjects(() => inspector.instancesOf(Object.prototype), heap)
    this.#scopes = new CapturedScopes((...question) => this.#sharing.find(...question))
  }

  /** The reference for an object or symbol that a variable of a module holds. */
  heldValue(value: object | symbol): FunctionReference | undefined {
    const held = typeof value === 'symbol' ? undefined : this.#held.objectOf(value)
    return held ?? this.#named.find(value)
  }

  /** References for what was written as a value before its name was known. `asked` are the symbols of the pickle. */
  namedTooLate(asked: Iterable<symbol>): ReadonlyMap<object | symbol, FunctionReference> {
    return this.#named.missed(asked)
  }

  /**
   * Tells apart scopes that look alike, where that was put off; false where it was not.
   * @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED
   */
  decideSharing(): boolean {
    return this.#sharing.decide()
  }

  /**
   * To be called when all of the value has been seen.
   * @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED for private members that were put on what is no instance of their class
   */
  refuseStamped(isHeld: (object: object) => boolean): void {
    this.#stamped.refuse(isHeld)
  }

  /** For values that are no functions. */
  get inspector(): Inspector {
    return this.#inspector
  }

  /** Call when the dump is over, also one that failed; `large` where it captured values that take much memory. */
  close(large = false): void {
    this.#inspector.release(large)
  }

  /** @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED, ERR_MODULE_UNREADABLE */
  describe(fn: Function): Captured {
    const internals = this.#inspector.internalsOf(fn)
    const live = this.#functions.find(fn, internals)
    if (!live) return this.#describeOther(fn, internals)
    const { script, site } = live
    if (site.form === 'class') this.#stamped.note(fn, site.code)
    let chain: ScopeChain | undefined
    const scopes = (): ScopeChain => (chain ??= scopesAround(internals, site))
    this.#named.meet(script, scopes)
    const reference = scriptReference(
      fn,
      script,
      site,
      name => scopes().find(({ scope }) => scope.isModule)?.variables[name],
    )
    if (reference) return { kind: 'reference', reference }
    const isForeign = isOfPackage(script)
    const held = isForeign ? this.#held.functionOf(fn, script, scopes) : undefined
    if (held) return { kind: 'reference', ...held }
    if (!isForeign) this.#held.surround(script, scopes)
    const owned = this.#classes.ownerOf(fn, site, scopes)
    if (owned) return { kind: 'member', owned }
    const heap = (): HeapView | undefined => this.#lookAtHeap()
    const frame = (uses: FrameUses): FrameValues => readFrame(this.#inspector, heap, live, uses)
    const moduleBehind = (binding: Binding, value: unknown): ModuleReference | undefined =>
      heldModule(script, binding, value, {
        targetOf: proxy => this.#inspector.stateOf(proxy)('[[Target]]'),
        scriptOf: declared => this.#functions.scriptOf(declared),
      })
    const outside = (): ReadonlySet<string> => namesAround(internals.scopes(), innermost(site))
    const home = (owner: Scope): object => this.#homeOf(live, owner)
    const fieldKey = (slot: string): string => this.#fieldKeyOf(live, slot)
    const privates = (code: AnyNode, self: unknown): object => privateViews(this.#classAround(live, code, scopes, self))
    const common = (name: string): PropertyDescriptor | undefined => scriptVariable(internals.scopes(), name)
    const noteValue = (binding: Binding, value: unknown): void => {
      const imported = binding.scope.isModule ? script.record.imports.get(binding.name) : undefined
      if (imported && script.file !== undefined) {
        noteImportedNamespace(imported, script.file, value, file => this.#scripts.ofFile(file))
      }
      if (isForeign && !binding.reassigned) this.#held.claim(value)
      warnOfCopiedState(script, binding)
    }
    const noteNamed = (binding: Binding): void => this.#named.use(script, binding, scopes)
    const around = {
      scopes,
      outside,
      common,
      commonOwner: this.#common,
      frame,
      home,
      fieldKey,
      privates,
      moduleBehind,
      noteValue,
      noteNamed,
    }
    const closure = captureClosure(fn, site, this.#unitOf(script), around, this.#scopes)
    if (site.form === 'class') return { kind: 'class', closure, state: this.#classes.stateOf(fn, site) }
    return { kind: 'closure', closure }
  }

  /** @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED */
  privatesOf(instance: object): PrivateState | undefined {
    return this.#privates.ofInstance(instance)
  }

  /** To be told of a namespace that is about to be copied. */
  noteNamespacesIn(namespace: object): void {
    noteExportedNamespaces(namespace, file => this.#scripts.ofFile(file))
  }

  /**
   * The module that an object stands for, as a namespace does; undefined for an object like any other.
   * @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED
   */
  moduleStoodFor(value: object): FunctionReference | undefined {
    return moduleStoodFor(value, fn => this.#functions.scriptOf(fn))
  }

  /** undefined for the program's own functions, and for bound ones. */
  internalCode(fn: Function): InternalCode | undefined {
    return this.#functions.internalCode(fn)
  }

  /** How a function travels that `describe` has told about, for people. */
  travelOf(fn: Function, captured: Captured): FunctionTravel {
    return travelOf(fn, this.#functions.find(fn), captured.kind === 'reference' ? captured.reference : undefined)
  }

  #classAround(live: LiveFunction, code: AnyNode, scopes: () => ScopeChain, self: unknown): Function {
    const cls = this.#around.find(live, code, scopes, self)
    if (cls) return cls
    const { script, site } = live
    const what = 'the class around it, whose private members it uses, is not there, or one of several'
    throw unsupported(script, site.node.start, what, 'Give the class a method for it')
  }

  /** One for all of the dump. */
  #lookAtHeap(): HeapView | undefined {
    this.#heap ??= { view: HeapView.take(this.#inspector) }
    return this.#heap.view
  }

  #fieldKeyOf({ fn, site, script }: LiveFunction, slot: string): string {
    const known = fieldKeys.get(fn) ?? new Map<string, string>()
    fieldKeys.set(fn, known)
    const contexts = known.has(slot) ? [] : (this.#lookAtHeap()?.contextsOf(fn) ?? [])
    const key = known.get(slot) ?? contexts.find(context => context.has(slot))?.value(slot)?.value
    if (typeof key !== 'string') {
      const what = 'the key of a field is computed, and what it was cannot be seen any more'
      throw unsupported(script, site.node.start, what, 'Define the field in the constructor')
    }
    known.set(slot, key)
    return key
  }

  #homeOf({ fn, site, script }: LiveFunction, owner: Scope): object {
    const home = this.#homes.find(fn, site, owner)
    if (home) return home
    throw unsupported(
      script,
      site.node.start,
      'it cannot be told whose `super` it uses',
      'Name the object in place of `super`',
    )
  }

  /** One that has no text here. */
  #describeOther(fn: Function, internals: FunctionInternals): Captured {
    const bound = internals.boundTarget
    if (bound) return { kind: 'bound', bound }
    const code = this.#functions.internalCode(fn, internals)
    if (code) {
      const reference = builtinReference(fn)
      return reference ? { kind: 'reference', reference } : { kind: 'internal', code }
    }
    const what = `its code was not found in the text of the script (line ${internals.location!.line + 1})`
    throw unsupported(this.#functions.scriptOf(fn, internals)!, 0, what, 'Report this')
  }

  #unitOf(script: LoadedScript): CodeUnit {
    const unit = this.#units.get(script) ?? new CodeUnit(script)
    this.#units.set(script, unit)
    return unit
  }
}

/** V8 makes a class inside the scope that holds its own name, which its text has with it. */
function scopesAround(internals: FunctionInternals, site: FunctionSite): ScopeChain {
  const chain = alignScopes(internals.scopes(), innermost(site))
  return site.form === 'class' ? chain.filter(({ scope }) => !site.inner.includes(scope)) : chain
}

function innermost({ form, scope, inner }: FunctionSite): Scope {
  return (form === 'class' ? inner[0] : undefined) ?? scope
}
