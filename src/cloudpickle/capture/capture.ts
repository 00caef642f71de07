/**
 * From a live function to what describes it: a reference by name, or a record of its code and variables.
 *
 * One Capture serves one dump, because sharing is exact within a pickle. What depends on the loaded text alone outlives it.
 */
import { CapturedScopes } from './captured-scope.ts'
import { captureClosure, type CapturedFunction } from './closure.ts'
import type { ClassState } from './class-state.ts'
import { CodeUnit } from './code-unit.ts'
import { noteExportedNamespaces } from './exported-namespaces.ts'
import { builtinReference, ownsItsBindings, scriptReference, type FunctionReference } from './function-reference.ts'
import { travelOf, type FunctionTravel } from './function-travel.ts'
import { heapViewer } from './heap.ts'
import { HeldBindings, isOfPackage } from './held-bindings.ts'
import type { FunctionInternals, Inspector } from './inspector.ts'
import { LiveClasses, type OwnedMember } from './live-classes.ts'
import { LiveFunctions, type InternalCode, type LiveFunction } from './live-functions.ts'
import type { LoadedScript, LoadedScripts } from './loaded-script.ts'
import { NamedValues } from './named-values.ts'
import { moduleStoodFor } from './namespace-target.ts'
import { PrivateClasses } from './private-classes.ts'
import { PrivateStates, type PrivateState } from './private-state.ts'
import { ScopeSharing } from './scope-sharing.ts'
import { openSession } from './session.ts'
import { StampedObjects } from './stamped-objects.ts'
import { LiveSurroundings, Neighbourhood } from './surroundings.ts'
import { unsupported } from './unsupported.ts'

export type Captured =
  | { readonly kind: 'reference'; readonly reference: FunctionReference; readonly isMade?: boolean }
  | { readonly kind: 'bound'; readonly bound: NonNullable<FunctionInternals['boundTarget']> }
  | { readonly kind: 'closure'; readonly closure: CapturedFunction }
  | { readonly kind: 'class'; readonly closure: CapturedFunction; readonly state: ClassState | undefined }
  /** A method or accessor, which its class makes. */
  | { readonly kind: 'member'; readonly owned: OwnedMember }
  /** A function of Node's own, or machine code, that no module exports. */
  | { readonly kind: 'internal'; readonly code: InternalCode }

export class Capture {
  /** For values that are no functions. */
  readonly inspector: Inspector
  /** What can be done about classes with private members. */
  readonly privateClasses: PrivateClasses
  readonly #scripts: LoadedScripts
  readonly #functions: LiveFunctions
  readonly #held: HeldBindings
  readonly #named: NamedValues
  readonly #privates: PrivateStates
  readonly #stamped: StampedObjects
  readonly #classes: LiveClasses
  readonly #neighbourhood: Neighbourhood
  readonly #sharing: ScopeSharing
  readonly #scopes: CapturedScopes
  readonly #units = new Map<LoadedScript, CodeUnit>()

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
    const functions = new LiveFunctions(session)
    const heap = heapViewer(inspector)
    this.inspector = inspector
    this.#scripts = scripts
    this.#functions = functions
    this.#held = new HeldBindings(inspector, functions)
    this.#named = new NamedValues(
      {
        scriptOf: file => scripts.ofFile(file),
        codeOf: fn => functions.find(fn)?.site.code,
        isOfModule: fn => isOfModule(functions.find(fn)),
        isWritten,
      },
      known,
    )
    this.#privates = new PrivateStates(inspector, functions)
    this.privateClasses = new PrivateClasses(inspector, functions, this.#privates)
    this.#stamped = new StampedObjects(inspector, this.#privates, functions)
    this.#classes = new LiveClasses(functions, this.#privates)
    this.#neighbourhood = new Neighbourhood(session, functions, heap, this.#held, this.#named)
    this.#sharing = new ScopeSharing(inspector, heap, mayStartOver)
    this.#scopes = new CapturedScopes((...question) => this.#sharing.find(...question))
  }

  /** @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED, ERR_MODULE_UNREADABLE */
  describe(fn: Function): Captured {
    const internals = this.inspector.internalsOf(fn)
    const live = this.#functions.find(fn, internals)
    if (!live) return this.#describeOther(fn, internals)
    const { script, site } = live
    if (site.form === 'class') this.#stamped.note(fn, site.code)
    const around = new LiveSurroundings(live, internals, this.#neighbourhood)
    const { scopes } = around
    this.#named.meet(script, scopes)
    const reference = scriptReference(
      fn,
      script,
      site,
      name => scopes().find(({ scope }) => scope.isModule)?.variables[name],
    )
    if (reference) return { kind: 'reference', reference }
    if (isOfPackage(script)) {
      const held = this.#held.functionOf(fn, script, scopes)
      if (held) return { kind: 'reference', ...held }
    } else this.#held.surround(script, scopes)
    const named = this.#named.find(fn)
    if (named) return { kind: 'reference', reference: named }
    const owned = this.#classes.ownerOf(fn, site, scopes)
    if (owned) return { kind: 'member', owned }
    const closure = captureClosure(fn, site, this.#unitOf(script), around, this.#scopes)
    if (site.form === 'class') return { kind: 'class', closure, state: this.#classes.stateOf(fn, site) }
    return { kind: 'closure', closure }
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

  /** Call when the dump is over, also one that failed; `large` where it captured values that take much memory. */
  close(large = false): void {
    this.inspector.release(large)
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

function isOfModule(live: LiveFunction | undefined): boolean {
  if (!live) return false
  return live.site.form === 'class' || (live.site.scope.isModule && ownsItsBindings(live.script))
}
