/**
 * Reads the lexical scopes of a module: one walk over its syntax tree, then every reference is resolved.
 *
 * Follows the scoping rules of ECMA-262: blocks, hoisting, function names, class bodies.
 */
import type { Binding, ContextUse, FunctionSite, LexicalScopes, Reference, Scope } from './lexical-scopes.ts'
import type { ModuleRecord } from './module-record.ts'
import { childNodes, isFunctionOrClass, type AnyNode, type Node } from './parse.ts'
import { boundNames } from './patterns.ts'

export function readLexicalScopes(record: ModuleRecord): LexicalScopes {
  const builder = new ScopeBuilder(record)
  builder.build()
  return builder
}

type DraftReference = Omit<Reference, 'binding'>

class ScopeBuilder implements LexicalScopes {
  readonly module: Scope
  references: Reference[] = []
  contextUses: ContextUse[] = []
  functions: FunctionSite[] = []
  readonly #record: ModuleRecord
  readonly #drafts: DraftReference[] = []
  /** Where eval() is called, which may assign to whatever is in scope. */
  readonly #evaluating: Scope[] = []

  constructor(record: ModuleRecord) {
    this.#record = record
    this.module = { node: record.root, parent: undefined, isModule: true, isFunction: true, bindings: new Map() }
  }

  build(): void {
    const { body, declarations, imports } = this.#record
    for (const name of imports.keys()) if (!declarations.has(name)) this.#bind(this.module, name, undefined, true)
    this.#hoistVars(body, this.module)
    this.#declareBlock(body, this.module)
    this.#visitList(body, this.module)
    this.references = this.#drafts.map(draft => this.#resolve(draft))
    for (const scope of this.#evaluating) markAssignable(scope)
    this.references.sort((a, b) => a.start - b.start)
    this.contextUses.sort((a, b) => a.start - b.start)
    this.functions.sort((a, b) => a.node.start - b.node.start)
  }

  #resolve(draft: DraftReference): Reference {
    let scope: Scope | undefined = draft.scope
    let binding: Binding | undefined
    for (; scope && !binding; scope = scope.parent) binding = scope.bindings.get(draft.name)
    // Assigning to a constant throws, also to an import.
    if (draft.write && binding && !binding.isConstant) binding.reassigned = true
    return { ...draft, binding }
  }

  #bind(scope: Scope, name: string, init: AnyNode | undefined, isConstant = false): void {
    const known = scope.bindings.get(name)
    if (known) known.reassigned = true
    else scope.bindings.set(name, { name, scope, init, isConstant, reassigned: false })
  }

  #child(node: Node, parent: Scope, isFunction = false): Scope {
    return { node, parent, isModule: false, isFunction, bindings: new Map() }
  }

  /** Binds what `let`, `const`, `class` and `function` declare directly in a statement list. */
  #declareBlock(body: readonly AnyNode[], scope: Scope): void {
    for (const statement of body) {
      const node = declarationOf(statement)
      if (!node) continue
      if (node.type === 'VariableDeclaration') {
        if (node.kind === 'var') continue
        for (const { id, init } of node.declarations) {
          const value = id.type === 'Identifier' ? (init ?? undefined) : undefined
          for (const name of boundNames(id)) this.#bind(scope, name, value, node.kind !== 'let')
        }
      } else if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') {
        if (node.id) this.#bind(scope, node.id.name, node)
      }
    }
  }

  /**
   * Binds what `var` declares anywhere below `nodes`, short of nested functions; in sloppy code also functions in blocks, which
   * the function around them sees as well (ECMA-262, annex B.3.3).
   */
  #hoistVars(nodes: readonly AnyNode[], scope: Scope): void {
    const direct = new Set(nodes)
    const open = [...nodes].reverse()
    for (let node = open.pop(); node; node = open.pop()) {
      if (isFunctionOrClass(node)) {
        const name = node.type === 'FunctionDeclaration' ? node.id?.name : undefined
        const isInBlock = this.#record.kind === 'script' && !direct.has(node)
        if (isInBlock && name !== undefined && !scope.bindings.has(name)) this.#bind(scope, name, undefined)
        continue
      }
      if (node.type === 'VariableDeclaration' && node.kind === 'var') {
        for (const { id, init } of node.declarations) {
          for (const name of boundNames(id)) {
            if (scope.bindings.has(name)) continue
            this.#bind(scope, name, id.type === 'Identifier' ? (init ?? undefined) : undefined)
          }
        }
      }
      open.push(...[...childNodes(node)].reverse())
    }
  }

  #visit(node: AnyNode, scope: Scope): void {
    switch (node.type) {
      case 'Identifier':
        this.#refer(node, scope)
        break
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.#visitFunction(node, node, scope, node.type === 'ArrowFunctionExpression' ? 'arrow' : 'function')
        break
      case 'ClassDeclaration':
      case 'ClassExpression':
        this.#visitClass(node, scope)
        break
      case 'BlockStatement':
        this.#visitBlock(node, node.body, scope)
        break
      case 'WithStatement':
        this.#visit(node.object, scope)
        this.#visit(node.body, this.#child(node, scope))
        break
      case 'SwitchStatement': {
        this.#visit(node.discriminant, scope)
        const cases = this.#child(node, scope)
        this.#declareBlock(
          node.cases.flatMap(entry => entry.consequent),
          cases,
        )
        for (const { test, consequent } of node.cases) {
          if (test) this.#visit(test, cases)
          this.#visitList(consequent, cases)
        }
        break
      }
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
        this.#visitLoop(node, scope)
        break
      case 'CatchClause': {
        const caught = this.#child(node, scope)
        if (node.param) {
          for (const name of boundNames(node.param)) this.#bind(caught, name, undefined)
          this.#visitPattern(node.param, caught, false)
        }
        this.#visitBlock(node.body, node.body.body, caught)
        break
      }
      case 'VariableDeclaration':
        for (const { id, init } of node.declarations) {
          this.#visitPattern(id, scope, false)
          if (init) this.#visit(init, scope)
        }
        break
      case 'AssignmentExpression':
        if (node.left.type === 'Identifier') {
          this.#refer(node.left, scope, 'plain', true, isAnonymous(node.right) ? node.right : undefined)
        } else this.#visitPattern(node.left, scope, true)
        this.#visit(node.right, scope)
        break
      case 'UpdateExpression':
        this.#visitPattern(node.argument, scope, true)
        break
      case 'MemberExpression':
        this.#visit(node.object, scope)
        if (node.computed) this.#visit(node.property, scope)
        break
      case 'CallExpression':
        this.#visitCallee(node.callee, scope)
        if (node.callee.type === 'Identifier' && node.callee.name === 'eval') {
          this.#use('eval', node, scope)
          this.#evaluating.push(scope)
        }
        for (const argument of node.arguments) this.#visit(argument, scope)
        break
      case 'TaggedTemplateExpression':
        this.#visitCallee(node.tag, scope)
        this.#visit(node.quasi, scope)
        break
      case 'Property':
        if (node.shorthand) this.#visitShorthand(node, scope, false)
        else this.#visitMember(node, node.value, node.method || node.kind !== 'init', scope)
        break
      case 'ThisExpression':
        this.#use('this', node, scope)
        break
      case 'Super':
        this.#use('super', node, scope)
        break
      case 'MetaProperty':
        this.#use(node.meta.name === 'import' ? 'import.meta' : 'new.target', node, scope)
        break
      case 'ImportExpression':
        this.#use('import()', node, scope)
        this.#visit(node.source, scope)
        if (node.options) this.#visit(node.options, scope)
        break
      case 'LabeledStatement':
        this.#visit(node.body, scope)
        break
      case 'ExportNamedDeclaration':
        if (node.declaration) this.#visit(node.declaration, scope)
        break
      case 'ImportDeclaration':
      case 'ExportAllDeclaration':
      case 'BreakStatement':
      case 'ContinueStatement':
        break
      default:
        for (const child of childNodes(node)) this.#visit(child, scope)
    }
  }

  #statementStart = -1

  /** In a list, a statement may lean on the line break before it; whoever rewrites its first token needs to know. */
  #visitList(statements: readonly AnyNode[], scope: Scope): void {
    for (const statement of statements) {
      if (statement.type === 'ExpressionStatement') this.#statementStart = statement.start
      this.#visit(statement, scope)
    }
  }

  #refer(
    node: { name: string; start: number; end: number },
    scope: Scope,
    form: Reference['form'] = 'plain',
    write = false,
    names?: Node,
  ): void {
    const { name, start, end } = node
    if (name === 'arguments' && !this.#declaresArguments(scope)) {
      const owner = functionScope(scope)
      this.contextUses.push({ kind: 'arguments', start, end, owner, isShorthand: form === 'shorthand' })
      return
    }
    const startsStatement = start === this.#statementStart
    this.#drafts.push({ name, start, end, scope, form, startsStatement, write, names })
  }

  #declaresArguments(from: Scope): boolean {
    for (let scope: Scope | undefined = from; scope; scope = scope.parent) {
      if (scope.bindings.has('arguments')) return true
    }
    return false
  }

  #use(kind: ContextUse['kind'], { start, end }: Node, scope: Scope): void {
    this.contextUses.push({ kind, start, end, owner: functionScope(scope), isShorthand: false })
  }

  #visitCallee(callee: AnyNode, scope: Scope): void {
    if (callee.type === 'Identifier') this.#refer(callee, scope, 'call')
    else this.#visit(callee, scope)
  }

  /** A binding or assignment pattern; with `write`, its identifiers are assigned to, else they are declarations. */
  #visitPattern(pattern: AnyNode, scope: Scope, write: boolean): void {
    switch (pattern.type) {
      case 'Identifier':
        if (write) this.#refer(pattern, scope, 'plain', true)
        break
      case 'ObjectPattern':
        for (const property of pattern.properties) {
          if (property.type === 'RestElement') this.#visitPattern(property.argument, scope, write)
          else if (property.shorthand && write) this.#visitShorthand(property, scope, true)
          else {
            if (property.computed) this.#visit(property.key, scope)
            this.#visitPattern(property.value, scope, write)
          }
        }
        break
      case 'ArrayPattern':
        for (const element of pattern.elements) if (element) this.#visitPattern(element, scope, write)
        break
      case 'AssignmentPattern':
        this.#visitPattern(pattern.left, scope, write)
        this.#visit(pattern.right, scope)
        break
      case 'RestElement':
        this.#visitPattern(pattern.argument, scope, write)
        break
      default:
        this.#visit(pattern, scope)
    }
  }

  /** `{ x }`, and in an assignment pattern `{ x = 1 } = …`. */
  #visitShorthand(property: AnyNode & { type: 'Property' | 'AssignmentProperty' }, scope: Scope, write: boolean): void {
    const { value } = property as { value: AnyNode }
    if (value.type === 'Identifier') this.#refer(value, scope, 'shorthand', write)
    else if (value.type === 'AssignmentPattern' && value.left.type === 'Identifier') {
      this.#refer(value.left, scope, 'shorthand', true)
      this.#visit(value.right, scope)
    }
  }

  /** A property, method, accessor or field: `owner` is the whole member, `value` what it holds. */
  #visitMember(
    owner: AnyNode & { key: AnyNode; computed: boolean },
    value: AnyNode,
    isMethod: boolean,
    scope: Scope,
  ): void {
    if (owner.computed) this.#visit(owner.key, scope)
    if (isMethod && value.type === 'FunctionExpression') this.#visitFunction(value, owner, scope, 'method')
    else this.#visit(value, scope)
  }

  #visitBlock(node: Node, body: readonly AnyNode[], parent: Scope): void {
    const scope = this.#child(node, parent)
    this.#declareBlock(body, scope)
    this.#visitList(body, scope)
  }

  #visitLoop(node: AnyNode & { type: 'ForStatement' | 'ForInStatement' | 'ForOfStatement' }, parent: Scope): void {
    const scope = this.#child(node, parent)
    const head = node.type === 'ForStatement' ? node.init : node.left
    if (head?.type === 'VariableDeclaration') {
      this.#declareBlock([head], scope)
      this.#visit(head, scope)
    } else if (head && node.type === 'ForStatement') this.#visit(head, scope)
    else if (head) this.#visitPattern(head, scope, true)
    const rest = node.type === 'ForStatement' ? [node.test, node.update, node.body] : [node.right, node.body]
    for (const child of rest) if (child) this.#visit(child, scope)
  }

  #visitFunction(
    code: AnyNode & { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' },
    node: Node,
    parent: Scope,
    form: FunctionSite['form'],
  ): void {
    const scope = this.#child(code, parent, form !== 'arrow')
    // Parameters that are more than names have a scope of their own, where the body's variables are not visible.
    const isSimple = code.params.every(({ type }) => type === 'Identifier')
    const bodyScope = isSimple ? scope : this.#child(code.body, scope)
    this.functions.push({ node, code, scope: parent, inner: isSimple ? [scope] : [scope, bodyScope], form })
    for (const parameter of code.params) {
      for (const name of boundNames(parameter)) this.#bind(scope, name, undefined)
    }
    const body = code.body.type === 'BlockStatement' ? code.body.body : []
    this.#hoistVars(body, bodyScope)
    this.#declareBlock(body, bodyScope)
    // The name of a function expression is in scope inside it, behind every other binding.
    if (code.type === 'FunctionExpression' && code.id && !scope.bindings.has(code.id.name)) {
      this.#bind(scope, code.id.name, code, true)
    }
    for (const parameter of code.params) this.#visitPattern(parameter, scope, false)
    if (code.body.type === 'BlockStatement') this.#visitList(body, bodyScope)
    else this.#visit(code.body, bodyScope)
  }

  #visitClass(node: AnyNode & { type: 'ClassDeclaration' | 'ClassExpression' }, parent: Scope): void {
    const scope = this.#child(node, parent)
    this.functions.push({ node, code: node, scope: parent, inner: [scope], form: 'class' })
    if (node.id) this.#bind(scope, node.id.name, node, true)
    if (node.superClass) this.#visit(node.superClass, scope)
    for (const member of node.body.body) {
      if (member.type === 'StaticBlock') {
        const block = this.#child(member, scope, true)
        this.#hoistVars(member.body, block)
        this.#declareBlock(member.body, block)
        this.#visitList(member.body, block)
      } else if (member.type === 'MethodDefinition') {
        this.#visitMember(member, member.value, true, scope)
      } else if (member.type === 'PropertyDefinition') {
        if (member.computed) this.#visit(member.key, scope)
        if (member.value) this.#visit(member.value, this.#child(member, scope, true))
      }
    }
  }
}

function declarationOf(statement: AnyNode): AnyNode | undefined {
  if (statement.type === 'ExportNamedDeclaration') return statement.declaration ?? undefined
  if (statement.type === 'ExportDefaultDeclaration') return statement.declaration
  return statement
}

function isAnonymous(node: AnyNode): boolean {
  return isFunctionOrClass(node) && !('id' in node && node.id)
}

function markAssignable(from: Scope): void {
  for (let scope: Scope | undefined = from; scope; scope = scope.parent) {
    for (const binding of scope.bindings.values()) if (!binding.isConstant) binding.reassigned = true
  }
}

function functionScope(from: Scope): Scope {
  let scope = from
  while (!scope.isFunction && scope.parent) scope = scope.parent
  return scope
}
