/**
 * How a function travels and why, in words for people: what function-reference.ts decided, told after the fact.
 */
import { isRegisteredByValue } from '../by-value.ts'
import { isInNodeModules } from '../source/installed-package.ts'
import type { FunctionSite } from '../source/lexical-scopes.ts'
import { isEntry } from './entries.ts'
import type { FunctionReference } from './function-reference.ts'
import type { LoadedScript } from './loaded-script.ts'

export interface FunctionTravel {
  readonly name: string
  /** `file:line`; undefined for what has no text. */
  readonly place: string | undefined
  readonly travels: 'by reference' | 'by value'
  readonly why: string
}

/** `live` is where its text is; `reference` what names it on the other end. */
export function travelOf(
  fn: Function,
  live: { readonly script: LoadedScript; readonly site: FunctionSite } | undefined,
  reference: FunctionReference | undefined,
): FunctionTravel {
  const name = fn.name === '' ? '(anonymous)' : fn.name
  const place = live && placeOf(live.script, live.site)
  if (reference) return { name, place, travels: 'by reference', why: whyByReference(reference) }
  return { name, place, travels: 'by value', why: live ? whyByValue(live.script, live.site) : 'it is made from others' }
}

function placeOf(script: LoadedScript, { node }: FunctionSite): string {
  return `${script.file ?? script.url}:${script.originalPosition(node.start).line + 1}`
}

function whyByReference({ module, name }: FunctionReference): string {
  if (module.kind === 'builtin') return `${module.name} of Node has it as ${name}`
  if (module.kind === 'runtime') return `it is this package's own`
  if (isInNodeModules(module.file)) return `an installed package has it as ${name}`
  return `its module, which is imported there, declares it at its top level as ${name.replace('#', '')}`
}

function whyByValue(script: LoadedScript, site: FunctionSite): string {
  if (script.file === undefined) return 'it was evaluated from a string, which is no module'
  if (!site.scope.isModule) return 'it is made inside another function, class or block'
  if (isEntry(script.file)) return 'it is declared in the program itself, which is not run again on the other end'
  if (isRegisteredByValue(script.file)) return 'registerPickleByValue was told so of its module'
  return 'no name of its module leads to it: something wrapped, replaced or hides it'
}
