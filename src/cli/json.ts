/**
 * Values as JSON, exactly: what JSON has no way to say is refused, not changed or left out.
 */
import { ModulePickleError } from '../errors.ts'

/** @throws ModulePickleError ERR_RESULT_NOT_JSON with the path to what JSON cannot say */
export function toJson(value: unknown): string {
  return JSON.stringify(value === undefined ? null : checked(value, 'result', new Set()))
}

function checked(value: unknown, path: string, outer: ReadonlySet<object>): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number')
    return Number.isFinite(value) && !Object.is(value, -0) ? value : refuse(path, String(value))
  if (typeof value !== 'object') return refuse(path, value === undefined ? 'undefined' : `a ${typeof value}`)
  if (outer.has(value)) return refuse(path, 'an object that holds itself')
  const inner = new Set(outer).add(value)
  if (Array.isArray(value)) return value.map((item, index) => checked(item, `${path}[${index}]`, inner))
  if ('toJSON' in value) return value
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return refuse(path, `a ${value.constructor.name}`)
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, checked(held, `${path}.${key}`, inner)]))
}

function refuse(path: string, what: string): never {
  throw new ModulePickleError(
    'ERR_RESULT_NOT_JSON',
    `${path} is ${what}, which JSON cannot say. Return something else, or leave --json away.`,
    { path },
  )
}
