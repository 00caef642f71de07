/**
 * What capture sees around one live function: its scopes, the frame that an arrow kept, the object and the class that a method is of.
 *
 * Input: a function with V8's view of it. Output: answers to what capturing its text asks (closure.ts), each found when it is asked
 * for. Nothing of the program runs.
 */
import type { Binding, Scope } from '../source/lexical-scopes.ts'
import type { AnyNode } from '../source/parse.ts'
import { privateViews } from '../revive/private-views.ts'
import { ClassesAround } from './classes-around.ts'
import type { Surroundings } from './closure.ts'
import { warnOfCopiedState } from './copied-state.ts'
import { noteImportedNamespace } from './exported-namespaces.ts'
import { fieldKey } from './field-keys.ts'
import { readFrame, type FrameValues } from './frame.ts'
import type { FrameUses } from './free-variables.ts'
import type { HeapView } from './heap.ts'
import { isOfPackage, type HeldBindings } from './held-bindings.ts'
import { heldModule } from './held-module.ts'
import { HomeObjects } from './home-objects.ts'
import type { FunctionInternals } from './inspector.ts'
import type { LiveFunction, LiveFunctions } from './live-functions.ts'
import type { ModuleReference } from './module-reference.ts'
import type { NamedValues } from './named-values.ts'
import { innermostScope, namesAround, scopesAround, type ScopeChain } from './scope-chain.ts'
import { ScriptVariables, scriptVariable } from './script-variables.ts'
import type { Session } from './session.ts'
import { withUninitialized } from './uninitialized.ts'
import { unsupported } from './unsupported.ts'

/** What the surroundings of all functions of one dump have in common. */
export class Neighbourhood {
  readonly session: Session
  readonly functions: LiveFunctions
  readonly heap: () => HeapView | undefined
  readonly held: HeldBindings
  readonly named: NamedValues
  readonly homes: HomeObjects
  readonly classes: ClassesAround
  readonly commonOwner = new ScriptVariables()

  constructor(
    session: Session,
    functions: LiveFunctions,
    heap: () => HeapView | undefined,
    held: HeldBindings,
    named: NamedValues,
  ) {
    this.session = session
    this.functions = functions
    this.heap = heap
    this.held = held
    this.named = named
    this.homes = new HomeObjects(() => session.inspector.instancesOf(Object.prototype), heap)
    this.classes = new ClassesAround(session.inspector, functions)
  }
}

export class LiveSurroundings implements Surroundings {
  readonly commonOwner: ScriptVariables
  readonly #live: LiveFunction
  readonly #internals: FunctionInternals
  readonly #all: Neighbourhood
  #scopes: ScopeChain | undefined

  constructor(live: LiveFunction, internals: FunctionInternals, all: Neighbourhood) {
    this.commonOwner = all.commonOwner
    this.#live = live
    this.#internals = internals
    this.#all = all
  }

  /** Bound to this, for whoever may ask later. */
  readonly scopes = (): ScopeChain => {
    return (this.#scopes ??= withUninitialized(
      this.#all.session.inspector,
      this.#live,
      scopesAround(this.#internals.scopes(), this.#live.site),
    ))
  }

  outside(): ReadonlySet<string> {
    return namesAround(this.#internals.scopes(), innermostScope(this.#live.site))
  }

  frame(uses: FrameUses): FrameValues {
    return readFrame(this.#all.session.inspector, this.#all.heap, this.#live, uses)
  }

  home(owner: Scope): object {
    const { fn, site } = this.#live
    const home = this.#all.homes.find(fn, site, owner)
    if (home) return home
    throw this.#unsupported('it cannot be told whose `super` it uses', 'Name the object in place of `super`')
  }

  fieldKey(slot: string): string {
    return fieldKey(this.#live, slot, this.#all.heap)
  }

  privates(code: AnyNode, self: unknown): object {
    const cls = this.#all.classes.find(this.#live, code, this.scopes, self)
    if (cls) return privateViews(cls)
    const what = 'the class around it, whose private members it uses, is not there, or one of several'
    throw this.#unsupported(what, 'Give the class a method for it')
  }

  common(name: string): PropertyDescriptor | undefined {
    return scriptVariable(this.#internals.scopes(), name)
  }

  moduleBehind(binding: Binding, value: unknown): ModuleReference | undefined {
    const { session, functions } = this.#all
    return heldModule(this.#live.script, binding, value, {
      targetOf: proxy => session.inspector.stateOf(proxy)('[[Target]]'),
      scriptOf: declared => functions.scriptOf(declared),
    })
  }

  noteValue(binding: Binding, value: unknown): void {
    const { script } = this.#live
    const { session, held } = this.#all
    const imported = binding.scope.isModule ? script.record.imports.get(binding.name) : undefined
    if (imported && script.file !== undefined) {
      noteImportedNamespace(imported, script.file, value, file => session.scripts.ofFile(file))
    }
    if (!binding.reassigned && isOfPackage(script)) held.claim(value)
    warnOfCopiedState(script, binding)
  }

  noteNamed(binding: Binding): void {
    this.#all.named.use(this.#live.script, binding, this.scopes)
  }

  #unsupported(what: string, way: string): Error {
    return unsupported(this.#live.script, this.#live.site.node.start, what, way)
  }
}
