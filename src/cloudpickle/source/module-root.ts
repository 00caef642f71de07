/**
 * Where a module's top level is in the text that a loader made of it: in some, all of the module stands inside a function.
 *
 * Input: the program as it was loaded. Output: the node that owns the module's own statements, and which loader put it there.
 */
import type { AnyNode, ArrowFunctionExpression, BlockStatement, Program } from './parse.ts'

/** A loader that puts modules into functions: tsx does so with CommonJS, vite (so vitest) with everything. */
export type Wrapper = 'tsx' | 'vite'

export interface ModuleRoot {
  readonly node: Program | ArrowFunctionExpression | BlockStatement
  readonly body: readonly AnyNode[]
  readonly wrapper: Wrapper | undefined
}

export function moduleRoot(program: Program): ModuleRoot {
  return tsxRoot(program) ?? viteRoot(program) ?? { node: program, body: program.body, wrapper: undefined }
}

/** tsx runs CommonJS as `__filename="…";(()=>{ … })()`. */
function tsxRoot(program: Program): ModuleRoot | undefined {
  const last = program.body.at(-1)
  if (last?.type !== 'ExpressionStatement' || last.expression.type !== 'CallExpression') return undefined
  const { callee } = last.expression
  if (callee.type !== 'ArrowFunctionExpression' || callee.params.length > 0) return undefined
  if (callee.body.type !== 'BlockStatement' || program.body.length === 1) return undefined
  if (!program.body.slice(0, -1).every(isFilenameAssignment)) return undefined
  return { node: callee, body: callee.body.body, wrapper: 'tsx' }
}

function isFilenameAssignment(statement: AnyNode): boolean {
  return (
    statement.type === 'ExpressionStatement' &&
    statement.expression.type === 'AssignmentExpression' &&
    statement.expression.left.type === 'Identifier' &&
    statement.expression.left.name === '__filename'
  )
}

/** vite runs a module as `async (__vite_ssr_import__, …) => {{ … }}`. */
function viteRoot(program: Program): ModuleRoot | undefined {
  const last = program.body.at(-1)
  const wrapper = last?.type === 'ExpressionStatement' ? last.expression : undefined
  if (wrapper?.type !== 'ArrowFunctionExpression' || wrapper.body.type !== 'BlockStatement') return undefined
  if (!wrapper.params.some(each => each.type === 'Identifier' && each.name === '__vite_ssr_import__')) return undefined
  const [inner] = wrapper.body.body
  if (inner?.type !== 'BlockStatement') return undefined
  return { node: inner, body: inner.body, wrapper: 'vite' }
}
