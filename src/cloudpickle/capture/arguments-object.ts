/**
 * `arguments` objects, which arrows may hold of the function around them: their items, and the function they were passed to.
 */
import { ModulePickleError } from '../../errors.ts'

export interface ArgumentsParts {
  readonly items: readonly unknown[]
  /** undefined for strict functions, whose arguments object does not tell. */
  readonly callee: Function | undefined
}

/** @throws ModulePickleError ERR_UNPICKLABLE for one whose properties were changed beyond its items */
export function argumentsParts(value: object): ArgumentsParts {
  const { length, callee, ...items } = Object.getOwnPropertyDescriptors(value) as Record<string, PropertyDescriptor>
  const values = Object.values(items).map((item, index) => (isUsual(items, index) ? [item.value as unknown] : []))
  const isWhole = values.every(item => item.length === 1) && length?.value === values.length
  const owner: unknown = callee?.value
  const isKnown = callee !== undefined && (callee.get !== undefined || typeof owner === 'function')
  if (isWhole && isKnown && Object.isExtensible(value)) {
    return { items: values.flat(), callee: typeof owner === 'function' ? owner : undefined }
  }
  throw new ModulePickleError(
    'ERR_UNPICKLABLE',
    'an arguments object whose properties were changed cannot be pickled. Spread it into an array.',
  )
}

function isUsual(items: Readonly<Record<string, PropertyDescriptor>>, index: number): boolean {
  const item = items[index]
  return item?.writable === true && item.enumerable === true && item.configurable === true
}
