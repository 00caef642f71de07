/**
 * The conditional-breakpoint probe: read and write access inside a closure's real scope, without pausing it.
 *
 * A breakpoint on the function's entry carries a condition that runs in the function's own frame; the condition hands out
 * accessors and terminates the execution, so the body never runs. Only closures that pass `canProbe` are ever called: the
 * condition must be known to be reached before anything of the function is evaluated.
 */
import type { Binding, FunctionSite, Scope } from '../source/lexical-scopes.ts'
import type { AnyNode } from '../source/parse.ts'
import type { Inspector } from './inspector.ts'

/**
 * Generators never reach the condition, and default parameters are evaluated before it. In the function's own frame the name
 * must mean that very binding.
 */
export function canProbe({ code, scope, inner }: FunctionSite, binding: Binding): boolean {
  if (
    code.type !== 'FunctionDeclaration' &&
    code.type !== 'FunctionExpression' &&
    code.type !== 'ArrowFunctionExpression'
  ) {
    return false
  }
  if (inner !== binding.scope && inner.bindings.has(binding.name)) return false
  if (!isVisible(binding, inner === binding.scope ? inner : scope)) return false
  return !code.generator && code.params.every((parameter: AnyNode) => parameter.type === 'Identifier')
}

function isVisible(binding: Binding, from: Scope): boolean {
  let scope: Scope | undefined = from
  while (scope && !scope.bindings.has(binding.name)) scope = scope.parent
  return scope === binding.scope
}

interface Cell {
  value: unknown
}

/** Whether `a` and `b` close over the same variable `name`: a marker written through one is looked for in the other. */
export function sharesVariable(inspector: Inspector, a: Function, b: Function, name: string): boolean {
  const cell = inspector.inFrameOf(a, `{ get value() { return ${name} }, set value(v) { ${name} = v } }`) as Cell
  const before = cell.value
  const marker = { marker: name }
  cell.value = marker
  try {
    return inspector
      .internalsOf(b)
      .scopes()
      .some(({ variables }) => readSafely(variables, name) === marker)
  } finally {
    cell.value = before
  }
}

function readSafely(variables: Readonly<Record<string, unknown>>, name: string): unknown {
  try {
    return Object.hasOwn(variables, name) ? variables[name] : undefined
  } catch {
    return undefined
  }
}
