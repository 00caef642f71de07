/**
 * What an installed package keeps to itself, found by the scopes of a function that it exports; the counterpart of
 * capture/held-bindings.ts.
 */
import { openSession } from '../capture/session.ts'

export interface HeldName {
  /** The exported function. */
  readonly witness: string
  /** Its scope, counted from the innermost. */
  readonly scope: number
  readonly variable: string
}

/** undefined for any other name. */
export function parseHeldName(name: string): HeldName | undefined {
  const [, witness, scope, variable] = /^(.*)\[\[Scopes\]\]\[(\d+)\]\.(.+)$/.exec(name) ?? []
  return witness === undefined ? undefined : { witness, scope: Number(scope), variable: variable! }
}

const scopesOf = new WeakMap<Function, readonly Readonly<Record<string, unknown>>[]>()

/** undefined where there is no such variable. Those that are asked for are never reassigned, so each scope is read once. */
export function heldBinding(witness: unknown, { scope, variable }: HeldName): { readonly value: unknown } | undefined {
  if (typeof witness !== 'function') return undefined
  let scopes = scopesOf.get(witness)
  if (!scopes) {
    const { inspector } = openSession()
    scopes = inspector
      .internalsOf(witness)
      .scopes()
      .map(({ variables }) => variables)
    inspector.release(false)
    scopesOf.set(witness, scopes)
  }
  const variables = scopes[scope]
  return variables && Object.hasOwn(variables, variable) ? { value: variables[variable] } : undefined
}
