/**
 * Symbols: registered ones by key, unique ones as one new symbol in each pickle. Well-known ones have a name already.
 */
import type { Plan } from '../plan.ts'
import { Global } from '../values.ts'

const unique = new Global('js', 'Symbol')
const registered = new Global('js', 'Symbol.for')

export function symbolPlan(symbol: symbol): Plan {
  const key = Symbol.keyFor(symbol)
  if (key !== undefined) return { create: { callee: registered, args: [key] } }
  return { create: { callee: unique, args: symbol.description === undefined ? [] : [symbol.description] } }
}
