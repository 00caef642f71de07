/**
 * From a live function to what describes it: a reference by name, or a record of its code and variables.
 *
 * One Capture serves one dump, because sharing is exact within a pickle. What depends on the loaded text alone outlives it.
 */
import type { Binding, FunctionSite } from '../source/lexical-scopes.ts'
import { CapturedScopes } from './captured-scope.ts'
import { captureClosure, type CapturedFunction } from './closure.ts'
import type { ClassState } from './class-state.ts'
import { CodeUnit } from './code-unit.ts'
import { readFrame, type FrameValues } from './frame.ts'
import { unsupported, type FrameUses } from './free-variables.ts'
import { builtinReference, scriptReference, type FunctionReference } from './function-reference.ts'
import { Inspector, type FunctionInternals } from './inspector.ts'
import { LiveClasses, type OwnedMember } from './live-classes.ts'
import { LoadedScripts, type LoadedScript } from './loaded-script.ts'
import { heldModule } from './held-module.ts'
import type { ModuleReference } from './module-reference.ts'
import { moduleStoodFor } from './namespace-target.ts'
import type { InternalCode } from './of-node.ts'
import { alignScopes, namesAround, type ScopeChain } from './scope-chain.ts'
import { ScopeSharing } from './scope-sharing.ts'

export type Captured =
  | { readonly kind: 'reference'; readonly reference: FunctionReference }
  | { readonly kind: 'bound'; readonly bound: NonNullable<FunctionInternals['boundTarget']> }
  | { readonly kind: 'closure'; readonly closure: CapturedFunction }
  | { readonly kind: 'class'; readonly closure: CapturedFunction; readonly state: ClassState | undefined }
  /** A method or accessor, which its class makes. */
  | { readonly kind: 'member'; readonly owned: OwnedMember }
  /** A function of Node's own, or machine code, that no module exports. */
  | { readonly kind: 'internal'; readonly code: InternalCode }

/** Where functions stand in their scripts, which never changes. */
const sites = new WeakMap<Function, FunctionSite>()

let session: { inspector: Inspector; scripts: LoadedScripts } | undefined

function openSession(): { inspector: Inspector; scripts: LoadedScripts } {
  if (!session) {
    const inspector = new Inspector()
    session = { inspector, scripts: new LoadedScripts(inspector) }
  }
  return session
}

export class Capture {
  readonly #inspector: Inspector
  readonly #scripts: LoadedScripts
  readonly #scopes: CapturedScopes
  readonly #classes = new LiveClasses(fn => this.#findSite(fn))
  readonly #units = new Map<LoadedScript, CodeUnit>()

  /** @throws ModulePickleError ERR_INSPECTOR_UNAVAILABLE */
  constructor() {
    const { inspector, scripts } = openSession()
    this.#inspector = inspector
    this.#scripts = scripts
    const sharing = new ScopeSharing(inspector)
    this.#scopes = new CapturedScopes((...question) => sharing.find(...question))
  }

  /** For values that are no functions. */
  get inspector(): Inspector {
    return this.#inspector
  }

  /** Call when the dump is over, also one that failed. */
  close(): void {
    this.#inspector.release()
  }

  /** @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED, ERR_MODULE_UNREADABLE */
  describe(fn: Function): Captured {
    const internals = this.#inspector.internalsOf(fn)
    if (internals.boundTarget) return { kind: 'bound', bound: internals.boundTarget }
    const script = internals.location && this.#scripts.get(internals.location.scriptId)
    if (!script || isOfNode(script)) {
      const reference = builtinReference(fn)
      if (reference) return { kind: 'reference', reference }
      const variable = (name: string): unknown =>
        internals.scopes().find(scope => name in scope.variables)?.variables[name]
      return { kind: 'internal', code: { url: script?.url, variable } }
    }
    const site = this.#siteOf(fn, script, internals)
    sites.set(fn, site)
    let chain: ScopeChain | undefined
    const scopes = (): ScopeChain => (chain ??= scopesAround(internals, site))
    const reference = scriptReference(
      fn,
      script,
      site,
      name => scopes().find(({ scope }) => scope.isModule)?.variables[name],
    )
    if (reference) return { kind: 'reference', reference }
    const owned = this.#classes.ownerOf(fn, site, scopes)
    if (owned) return { kind: 'member', owned }
    const frame = (uses: FrameUses): FrameValues => readFrame(this.#inspector, { fn, site, script }, uses)
    const moduleBehind = (binding: Binding, value: unknown): ModuleReference | undefined =>
      heldModule(script, binding, value, proxy => this.#inspector.stateOf(proxy)('[[Target]]'))
    const outside = (): ReadonlySet<string> => namesAround(internals.scopes(), site.scope)
    const around = { scopes, outside, frame, moduleBehind }
    const closure = captureClosure(fn, site, this.#unitOf(script), around, this.#scopes)
    if (site.form === 'class') return { kind: 'class', closure, state: this.#classes.stateOf(fn, site) }
    return { kind: 'closure', closure }
  }

  /**
   * The module that an object stands for, as a namespace does; undefined for an object like any other.
   * @throws ModulePickleError ERR_CAPTURE_UNSUPPORTED
   */
  moduleStoodFor(value: object): FunctionReference | undefined {
    return moduleStoodFor(value, fn => {
      const { location } = this.#inspector.internalsOf(fn)
      return location && this.#scripts.get(location.scriptId)
    })
  }

  /** undefined for the program's own functions, and for bound ones. */
  internalCode(fn: Function): InternalCode | undefined {
    const internals = this.#inspector.internalsOf(fn)
    const script = internals.location && this.#scripts.get(internals.location.scriptId)
    const isOwn = internals.boundTarget !== undefined || (script !== undefined && !isOfNode(script))
    return isOwn ? undefined : describeInternal(internals, script)
  }

  /** undefined for functions without a text. */
  #findSite(fn: Function): FunctionSite | undefined {
    const known = sites.get(fn)
    if (known) return known
    const { location } = this.#inspector.internalsOf(fn)
    const site = location && this.#scripts.get(location.scriptId)?.siteAt(location, isClass(fn))
    if (site) sites.set(fn, site)
    return site
  }

  #siteOf(fn: Function, script: LoadedScript, { location }: FunctionInternals): FunctionSite {
    const site = script.siteAt(location!, isClass(fn))
    if (site) return site
    throw unsupported(
      script,
      0,
      `its code was not found in the text of the script (line ${location!.line + 1})`,
      'Report this',
    )
  }

  #unitOf(script: LoadedScript): CodeUnit {
    const unit = this.#units.get(script) ?? new CodeUnit(script)
    this.#units.set(script, unit)
    return unit
  }
}

/** V8 makes a class inside the scope that holds its own name, which its text has with it. */
function scopesAround(internals: FunctionInternals, { form, scope, inner: [own] }: FunctionSite): ScopeChain {
  if (form !== 'class' || !own) return alignScopes(internals.scopes(), scope)
  return alignScopes(internals.scopes(), own).filter(entry => entry.scope !== own)
}

function isOfNode(script: LoadedScript): boolean {
  return script.url.startsWith('node:')
}

function describeInternal(internals: FunctionInternals, script: LoadedScript | undefined): InternalCode {
  const variable = (name: string): unknown => internals.scopes().find(scope => name in scope.variables)?.variables[name]
  return { url: script?.url, variable }
}

function isClass(fn: Function): boolean {
  const prototype = Object.getOwnPropertyDescriptor(fn, 'prototype')
  return prototype?.writable === false && /^class\b/.test(Function.prototype.toString.call(fn))
}
