/**
 * How what capture has found is written: which function of revive/ makes it on the other end, and of what.
 *
 * Input: records of capture. Output: reductions. What travels, and in which order that is asked, is decided elsewhere.
 */
import { isProxy } from 'node:util/types'
import { ModulePickleError } from '../errors.ts'
import { Global, Labelled, Late, Tuple, type Addition, type Reduction } from '../pickle/index.ts'
import type { CapturedScope } from './capture/captured-scope.ts'
import type { CapturedFunction } from './capture/closure.ts'
import type { CodeUnit } from './capture/code-unit.ts'
import { functionExtras } from './capture/function-extras.ts'
import type { SuperReference } from './capture/home-objects.ts'
import type { FunctionInternals } from './capture/inspector.ts'
import type { OwnedMember } from './capture/live-classes.ts'
import type { ModuleReference } from './capture/module-reference.ts'
import { boundOnceListener } from './capture/of-node.ts'
import type { PrivateState } from './capture/private-state.ts'

const codeUnit = new Global('cloudpickle', 'code')
const scope = new Global('cloudpickle', 'scope')
const closure = new Global('cloudpickle', 'closure')
const objectCreate = new Global('js', 'Object.create')
const member = new Global('cloudpickle', 'member')
const blank = new Global('cloudpickle', 'blank')
const setPrivates = new Global('cloudpickle', 'setPrivates')
const interop = new Global('cloudpickle', 'interop')
const superOf = new Global('cloudpickle', 'super')
const views = new Global('cloudpickle', 'privateViews')
const bind = new Global('cloudpickle', 'bind')
const completeClass = new Global('cloudpickle', 'completeClass')
const addMembers = new Global('cloudpickle', 'addMembers')

/** What gives a function, or a class, its variables and what it has beyond its code. */
export const setFunctionState = new Global('cloudpickle', 'setFunctionState')
export const setClassState = new Global('cloudpickle', 'setClassState')

/** The text is generated last, when it is known what of it travels. `sourceName` is the file that stack traces show. */
export function unitReduction(unit: CodeUnit, sourceName: string): Reduction {
  let generated: { text: string; firstLine: number } | undefined
  const generate = (): { text: string; firstLine: number } => (generated ??= unit.generate(sourceName))
  const text = new Late(() => generate().text)
  const firstLine = new Late(() => String(generate().firstLine))
  return { callee: codeUnit, args: [text, firstLine, sourceName] }
}

export function scopeReduction({ parent, maker }: CapturedScope): Reduction {
  return { callee: scope, args: [parent, maker] }
}

/** The object whose members are what classic scripts have in common. */
export function scriptVariablesReduction(): Reduction {
  return { callee: objectCreate, args: [null] }
}

/**
 * A function or class that its scope makes, then filled by `setter` with the variables that it brings, each a scope with a name and
 * a value, and with what it has beyond its code.
 */
export function closureReduction(
  { owner, maker }: CapturedFunction,
  given: readonly unknown[],
  brought: readonly Tuple[],
  extras: object | undefined,
  setter: Global,
): Reduction {
  return withState({ callee: closure, args: [owner, maker, ...given] }, brought, extras, setter)
}

/** @throws ModulePickleError ERR_UNPICKLABLE for a Proxy that was bound */
export function boundReduction(fn: Function, bound: NonNullable<FunctionInternals['boundTarget']>): Reduction {
  const { target, self, arguments: given } = bound
  if (isProxy(target)) {
    throw new ModulePickleError('ERR_UNPICKLABLE', 'a bound Proxy cannot be pickled. Bind it on the other end.')
  }
  const once = boundOnceListener(fn, target, self)
  if (once) return once
  const natural = { name: `bound ${target.name}`, length: Math.max(0, target.length - given.length) }
  return withState({ callee: bind, args: [target, self, new Tuple(given)] }, [], functionExtras(fn, natural))
}

/** A class by name has its members as they are on the other end; one by value makes them anew. */
export function memberReduction(fn: Function, owned: OwnedMember, isByName: boolean): Reduction {
  const {
    cls,
    member: { isStatic, key, part },
    liveKey,
    natural,
  } = owned
  const reduction = { callee: member, args: [cls, isStatic, isByName ? liveKey : key, part] }
  return isByName ? reduction : withState(reduction, [], functionExtras(fn, natural))
}

/** A class that a library made at run time, with what it was filled with since. */
export function completedReduction(cls: Global, members: object): Reduction {
  return { callee: completeClass, args: [cls], state: members, stateSetter: addMembers }
}

/** A module as code sees it that a compiler made of `import`. */
export function interopReduction(module: Global, wrapping: NonNullable<ModuleReference['interop']>): Reduction {
  return { callee: interop, args: [module, wrapping === 'esm-node'] }
}

export function superReduction({ home }: SuperReference): Reduction {
  return { callee: superOf, args: [home] }
}

/** Ways to the private members of a class, for functions from inside it. */
export function viewsReduction(cls: Function): Reduction {
  return { callee: views, args: [cls] }
}

/** What puts the private names of its classes on an object, and fills them. */
export function privatesAddition({ classes, cells }: PrivateState): Addition {
  const filled = cells.map(({ cls, name, value }) => new Tuple([cls, name, new Labelled(value, `.${name}`)]))
  const setters = filled.length > 0 ? [{ callee: setPrivates, state: new Tuple(filled) }] : []
  return { callee: blank, args: [new Tuple(classes)], setters }
}

/** What a module that travels by value exports at this moment. */
export function namespaceCopy(namespace: object): Reduction {
  return { callee: objectCreate, args: [null], state: { ...namespace } }
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
