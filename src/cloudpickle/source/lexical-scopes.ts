/**
 * Lexical scopes of a module's text: which binding each identifier refers to, and which functions and classes there are.
 *
 * A tree of scopes plus flat, position-sorted lists, so that the free variables of any function are a slice away.
 */
import type { AnyNode, Node } from './parse.ts'

export interface Scope {
  readonly node: Node
  readonly parent: Scope | undefined
  /** The module's own top level; its bindings belong to the module. */
  readonly isModule: boolean
  /** `var`, `arguments` and `this` stop here: a function that is not an arrow, a class field, a static block or the module. */
  readonly isFunction: boolean
  readonly bindings: Map<string, Binding>
}

export interface Binding {
  readonly name: string
  readonly scope: Scope
  /** The function, class or initialiser that gives the binding its first value, where the text shows it. */
  readonly init: AnyNode | undefined
  /** `const`, or an import. */
  readonly isConstant: boolean
  /** Something other than the declaration assigns to it. */
  reassigned: boolean
}

export interface Reference {
  readonly name: string
  readonly start: number
  readonly end: number
  readonly scope: Scope
  /** undefined: a global. */
  readonly binding: Binding | undefined
  /** It is assigned to. */
  readonly write: boolean
  /** How the identifier stands in the text, which decides how it can be replaced by a member expression. */
  readonly form: 'plain' | 'call' | 'shorthand'
  /** The reference is the first token of an expression statement that stands in a list of statements. */
  readonly startsStatement: boolean
  /** A function or class without a name that is assigned to it, and gets its name from it. */
  readonly names: Node | undefined
}

/** Syntax that takes its meaning from the surroundings rather than from a binding. */
export interface ContextUse {
  readonly kind: 'this' | 'arguments' | 'super' | 'new.target' | 'import.meta' | 'import()' | 'eval'
  readonly start: number
  readonly end: number
  /** The scope that gives it its meaning: the nearest function scope. */
  readonly owner: Scope
  /** `arguments` as a property of an object literal that is not written out: `{ arguments }`. */
  readonly isShorthand: boolean
}

/** A function, method or class. `node` spans the text that `Function.prototype.toString` returns. */
export interface FunctionSite {
  readonly node: Node
  /** The function or class node itself; differs from `node` for methods and accessors. */
  readonly code: AnyNode
  /** The scope in which evaluating the node makes the closure. */
  readonly scope: Scope
  /** The scopes of its own parameters and variables, or of the class's body. */
  readonly inner: readonly Scope[]
  readonly form: 'function' | 'arrow' | 'method' | 'class'
}

export interface LexicalScopes {
  readonly module: Scope
  readonly references: readonly Reference[]
  readonly contextUses: readonly ContextUse[]
  readonly functions: readonly FunctionSite[]
}
