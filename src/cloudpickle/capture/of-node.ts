/**
 * Functions and symbols that Node makes inside itself, and that no module exports: what `promisify` and `once` return, `require`,
 * the keys of an EventEmitter. Input: such a value and where V8 has its code. Output: how Node makes it again.
 *
 * What they hold is read from their scopes, without running them. The counterpart is revive/of-node.ts.
 */
import { callbackify, promisify } from 'node:util'
import { ModulePickleError } from '../../errors.ts'
import { Global, intrinsicName, type Reduction } from '../../pickle/index.ts'
import { keysOfEmitters, nodeErrorParts } from '../revive/of-node.ts'
import type { FunctionReference } from './function-reference.ts'
import type { InternalCode } from './live-functions.ts'

/** What makes the function on the other end. `require` has the file that it is of. */
export type InternalFunction =
  | { readonly kind: 'made by'; readonly maker: FunctionReference; readonly original: Function }
  | { readonly kind: 'once'; readonly reduction: Reduction }
  | { readonly kind: 'require'; readonly file: string }

/** undefined for a function that cannot be made again. */
export function internalFunction(fn: Function, { url, variable }: InternalCode): InternalFunction | undefined {
  if (url === 'node:events') return onceListener(fn, variable)
  if (url === 'node:internal/modules/helpers' && Object.hasOwn(fn, 'resolve')) {
    const file: unknown = (variable('mod') as { filename?: unknown } | undefined)?.filename
    return typeof file === 'string' ? { kind: 'require', file } : undefined
  }
  // `promisify(exec)` is a function of child_process, made for that.
  const isPromisified = Object.getOwnPropertyDescriptor(fn, promisify.custom)?.value === fn
  if (isPromisified) return madeBy('promisify', fn, variable('original') ?? variable('orig'))
  return url === 'node:util' ? madeBy('callbackify', fn, variable('original')) : undefined
}

function madeBy(name: 'promisify' | 'callbackify', fn: Function, original: unknown): InternalFunction | undefined {
  if (typeof original !== 'function') return undefined
  const again: unknown = name === 'promisify' ? promisify(original as never) : callbackify(original as never)
  const isUntouched = Reflect.ownKeys(again as Function).length === Reflect.ownKeys(fn).length
  if (!isUntouched) return undefined
  return { kind: 'made by', maker: { module: { kind: 'builtin', name: 'node:util' }, name }, original }
}

function onceListener(fn: Function, variable: InternalCode['variable']): InternalFunction | undefined {
  const [target, type, listener] = ['target', 'type', 'listener'].map(variable)
  if (Object.getOwnPropertyDescriptor(fn, 'listener')?.value !== listener || variable('fired') !== false)
    return undefined
  return { kind: 'once', reduction: onceReduction(target, type, listener) }
}

/** Before Node 24 what `once` adds is bound to a record. */
export function boundOnceListener(fn: Function, target: Function, self: unknown): Reduction | undefined {
  if (target.name !== 'onceWrapper' || typeof self !== 'object' || self === null) return undefined
  const record = self as { wrapFn?: unknown; fired?: unknown; target?: unknown; type?: unknown; listener?: unknown }
  if (record.wrapFn !== fn || record.fired !== false) return undefined
  return onceReduction(record.target, record.type, record.listener)
}

function onceReduction(target: unknown, type: unknown, listener: unknown): Reduction {
  return { callee: new Global('cloudpickle', 'once'), args: [target, type, listener] }
}

let emitterKeys: ReadonlySet<symbol> | undefined

/** The symbols under which Node keeps the state of an EventEmitter, and of its lists of listeners, are others in each process. */
export function emitterKey(symbol: symbol): Reduction | undefined {
  emitterKeys ??= new Set(keysOfEmitters())
  if (!emitterKeys.has(symbol)) return undefined
  return { callee: new Global('cloudpickle', 'emitterKey'), args: [symbol.description] }
}

/**
 * A prototype that Node's own errors have between themselves and that of their class, `TypeError.prototype`: it has a
 * `constructor` that says so, and a `toString` that shows the code. `codeOf` tells whose code a function is.
 */
export function nodeErrorPrototype(
  prototype: object,
  codeOf: (fn: Function) => InternalCode | undefined,
): Reduction | undefined {
  const again = nodeErrorParts(prototype)
  if (again) return { callee: new Global('cloudpickle', 'nodeErrorPrototype'), args: again }
  const get = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.get
  if (!get || codeOf(get)?.url !== 'node:internal/errors') return undefined
  const shown: unknown = Object.getOwnPropertyDescriptor(prototype, 'toString')?.value
  const parent = Object.getPrototypeOf(prototype) as object | null
  if (parent === null) return undefined
  if (typeof shown !== 'function') return nodeErrorPrototype(parent, codeOf)
  const name = intrinsicName(parent)?.replace(/\.prototype$/, '')
  const key: unknown = codeOf(shown)?.variable('key')
  if (name === undefined || typeof key !== 'string') return undefined
  return { callee: new Global('cloudpickle', 'nodeErrorPrototype'), args: [new Global('js', name), key] }
}

/** @throws ModulePickleError ERR_UNPICKLABLE */
export function refuseInternal(fn: Function, { url }: InternalCode): never {
  const what = url === undefined ? 'is machine code' : `is Node's own code (${url})`
  throw new ModulePickleError(
    'ERR_UNPICKLABLE',
    `function ${fn.name || '(anonymous)'} ${what}, and no name leads to it. Make it on the other end, or pass what it was made of.`,
  )
}
