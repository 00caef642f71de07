/**
 * The functions of this process, and where in the loaded scripts their text stands.
 *
 * Input: a live function. Output: its script and its place in that, kept for the function's life because it never changes. Node's
 * own functions have no place here, whatever V8 has of them: they are no code that could travel.
 */
import type { FunctionSite } from '../source/lexical-scopes.ts'
import type { FunctionInternals, Inspector } from './inspector.ts'
import type { LoadedScript, LoadedScripts } from './loaded-script.ts'
import type { Session } from './session.ts'

/** A function of this process, and where its text stands. */
export interface LiveFunction {
  readonly fn: Function
  readonly script: LoadedScript
  readonly site: FunctionSite
}

/** Code that is not the program's. */
export interface InternalCode {
  /** `node:internal/util`; undefined for machine code. */
  readonly url: string | undefined
  /** A variable of the scope that the function was made in. */
  variable(name: string): unknown
}

const places = new WeakMap<Function, LiveFunction>()

export class LiveFunctions {
  readonly #inspector: Inspector
  readonly #scripts: LoadedScripts

  constructor({ inspector, scripts }: Session) {
    this.#inspector = inspector
    this.#scripts = scripts
  }

  /** undefined for functions without a text, and for Node's own. `internals` are those of `fn`, where they are known already. */
  find(fn: Function, internals?: FunctionInternals): LiveFunction | undefined {
    return places.get(fn) ?? this.#locate(fn, internals ?? this.#inspector.internalsOf(fn))
  }

  /** The script that a function is in, be it Node's own; undefined for machine code, and for bound functions. */
  scriptOf(fn: Function, internals?: FunctionInternals): LoadedScript | undefined {
    return places.get(fn)?.script ?? this.#scriptAt(internals ?? this.#inspector.internalsOf(fn))
  }

  /** What Node's own functions, or machine code, are; undefined for the program's own functions, and for bound ones. */
  internalCode(fn: Function, internals = this.#inspector.internalsOf(fn)): InternalCode | undefined {
    const script = this.#scriptAt(internals)
    if (internals.boundTarget !== undefined || (script !== undefined && !isOfNode(script))) return undefined
    const variable = (name: string): unknown => {
      return internals.scopes().find(scope => name in scope.variables)?.variables[name]
    }
    return { url: script?.url, variable }
  }

  #locate(fn: Function, internals: FunctionInternals): LiveFunction | undefined {
    const script = this.#scriptAt(internals)
    const site = script && !isOfNode(script) ? script.siteAt(internals.location!, isClass(fn)) : undefined
    if (!script || !site) return undefined
    const live = { fn, script, site }
    places.set(fn, live)
    return live
  }

  #scriptAt({ location }: FunctionInternals): LoadedScript | undefined {
    return location && this.#scripts.get(location.scriptId)
  }
}

function isOfNode(script: LoadedScript): boolean {
  return script.url.startsWith('node:')
}

function isClass(fn: Function): boolean {
  const prototype = Object.getOwnPropertyDescriptor(fn, 'prototype')
  return prototype?.writable === false && /^class\b/.test(Function.prototype.toString.call(fn))
}
