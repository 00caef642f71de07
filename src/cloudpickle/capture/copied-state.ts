/**
 * Module state that a function by value takes along as a copy of its own: what it changes there, nobody else sees.
 *
 * That is so for variables of an entry, and of an installed package, which functions assign to.
 */
import path from 'node:path'
import { isInNodeModules } from '../source/installed-package.ts'
import type { Binding } from '../source/lexical-scopes.ts'
import type { AnyNode } from '../source/parse.ts'
import { isRegisteredByValue } from '../by-value.ts'
import { warnOnce } from '../warnings.ts'
import type { LoadedScript } from './loaded-script.ts'

const ofProgram = 'Keep it in a module that both import, or pass it in and return it.'
const ofPackage = 'Where that matters, make what the package made on the other end.'

const seen = new WeakSet<Binding>()

/** To be told of each variable that travels by value. */
export function warnOfCopiedState(script: LoadedScript, binding: Binding): void {
  if (!binding.reassigned || !binding.scope.isModule || script.file === undefined || seen.has(binding)) return
  seen.add(binding)
  if (isRegisteredByValue(script.file) || !isWrittenByFunctions(script, binding)) return
  warnOnce(
    'WARN_STATE_COPIED',
    `The variable ${binding.name} of ${path.relative(process.cwd(), script.file)} is assigned to by functions, and travels by value: ` +
      `what is assigned to it on the other end stays there. ${isInNodeModules(script.file) ? ofPackage : ofProgram}`,
  )
}

/** What a module only does while it is evaluated is done when a function of it travels. */
function isWrittenByFunctions({ scopes }: LoadedScript, binding: Binding): boolean {
  return scopes.references.some(({ binding: target, write, scope }) => {
    if (target !== binding || !write) return false
    let around = scope
    while (!/Function|PropertyDefinition/.test((around.node as AnyNode).type) && around.parent) around = around.parent
    return !around.isModule
  })
}
