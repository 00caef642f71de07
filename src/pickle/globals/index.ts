/**
 * The globals that every Unpickler finds: data of Python and of JavaScript, and the intrinsics by name.
 */
import { intrinsicByName } from '../intrinsics.ts'
import { jsReconstructor, jsReconstructors, ownNames } from './js.ts'
import { pythonGlobals } from './python.ts'
import type { Reconstruct } from './reconstructor.ts'

/** `builtins Ellipsis` is how undefined is written, so that a found value has to be told from none. */
export function findGlobal(module: string, name: string): { value: unknown } | undefined {
  const python = pythonGlobals.get(`${module} ${name}`)
  if (python !== undefined) return { value: python }
  if ((module === 'builtins' || module === '__builtin__') && name === 'Ellipsis') return { value: undefined }
  if (module !== 'js') return undefined
  if (ownNames.has(name)) return { value: jsReconstructors.get(name) }
  const value = intrinsicByName(name)
  return value === undefined ? undefined : { value }
}

/** True for what stands for data alone: what makes values, and the well-known symbols. */
export function isDataGlobal(module: string, name: string): boolean {
  if (module !== 'js') return findGlobal(module, name) !== undefined
  return jsReconstructors.has(name) || (name.startsWith('Symbol.') && typeof intrinsicByName(name) === 'symbol')
}

const own: ReadonlySet<unknown> = new Set([
  ...pythonGlobals.values(),
  ...[...ownNames].map(name => jsReconstructors.get(name)),
])

/** What REDUCE does with a found value, when it is one of those that make values. */
export function reconstructorOf(callee: unknown): Reconstruct | undefined {
  if (typeof callee !== 'function') return undefined
  return own.has(callee) ? (callee as Reconstruct) : jsReconstructor(callee)
}
