/**
 * Reads the lexical scopes of a module: one walk over its syntax tree, then every reference is resolved.
 *
 * Follows the scoping rules of ECMA-262: blocks, hoisting, function names, class bodies.
 */
import type { FunctionSite, LexicalScopes, Scope } from './lexical-scopes.ts'
import type { ModuleRecord } from './module-record.ts'
import { childNodes, isFunctionOrClass, type AnyNode, type Node } from './parse.ts'
import { bind, bindBlock, bindBody, bindPattern, innerScope } from './scope-bindings.ts'
import { ScopeUses } from './scope-uses.ts'

export function readLexicalScopes(record: ModuleRecord): LexicalScopes {
  return new ScopeWalk(record).read()
}

class ScopeWalk {
  readonly #record: ModuleRecord
  readonly #uses = new ScopeUses()
  readonly #functions: FunctionSite[] = []
  readonly #mayBeSloppy: boolean

  constructor(record: ModuleRecord) {
    this.#record = record
    this.#mayBeSloppy = record.kind === 'script'
  }

  read(): LexicalScopes {
    const { root, body, declarations, imports } = this.#record
    const module = { node: root, parent: undefined, isModule: true, isFunction: true, bindings: new Map() }
    for (const name of imports.keys()) if (!declarations.has(name)) bind(module, name, undefined, true)
    this.#visitBody(body, module)
    const functions = this.#functions.sort((a, b) => a.node.start - b.node.start)
    return { module, functions, references: this.#uses.references(), contextUses: this.#uses.contextUses() }
  }

  /** The statements of the module, or of a static block. */
  #visitBody(body: readonly AnyNode[], scope: Scope): void {
    bindBody(scope, body, this.#mayBeSloppy)
    this.#visitList(body, scope)
  }

  #visit(node: AnyNode, scope: Scope): void {
    switch (node.type) {
      case 'Identifier':
        this.#uses.refer(node, scope)
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
        this.#visit(node.body, innerScope(node, scope))
        break
      case 'SwitchStatement': {
        this.#visit(node.discriminant, scope)
        const cases = innerScope(node, scope)
        const statements = node.cases.flatMap(entry => entry.consequent)
        bindBlock(cases, statements)
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
        const caught = innerScope(node, scope)
        if (node.param) {
          bindPattern(caught, node.param)
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
          this.#uses.refer(node.left, scope, 'plain', true, isAnonymous(node.right) ? node.right : undefined)
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
        if (node.callee.type === 'Identifier' && node.callee.name === 'eval') this.#uses.use('eval', node, scope)
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
        this.#uses.use('this', node, scope)
        break
      case 'Super':
        this.#uses.use('super', node, scope)
        break
      case 'MetaProperty':
        this.#uses.use(node.meta.name === 'import' ? 'import.meta' : 'new.target', node, scope)
        break
      case 'ImportExpression':
        this.#uses.use('import()', node, scope)
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

  #visitList(statements: readonly AnyNode[], scope: Scope): void {
    for (const statement of statements) {
      if (statement.type === 'ExpressionStatement') this.#uses.beginStatement(statement)
      this.#visit(statement, scope)
    }
  }

  #visitCallee(callee: AnyNode, scope: Scope): void {
    if (callee.type === 'Identifier') this.#uses.refer(callee, scope, 'call')
    else this.#visit(callee, scope)
  }

  /** A binding or assignment pattern; with `write`, its identifiers are assigned to, else they are declarations. */
  #visitPattern(pattern: AnyNode, scope: Scope, write: boolean): void {
    switch (pattern.type) {
      case 'Identifier':
        if (write) this.#uses.refer(pattern, scope, 'plain', true)
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
    if (value.type === 'Identifier') this.#uses.refer(value, scope, 'shorthand', write)
    else if (value.type === 'AssignmentPattern' && value.left.type === 'Identifier') {
      this.#uses.refer(value.left, scope, 'shorthand', true)
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
    const scope = innerScope(node, parent)
    bindBlock(scope, body)
    this.#visitList(body, scope)
  }

  #visitLoop(node: AnyNode & { type: 'ForStatement' | 'ForInStatement' | 'ForOfStatement' }, parent: Scope): void {
    const scope = innerScope(node, parent)
    const head = node.type === 'ForStatement' ? node.init : node.left
    if (head?.type === 'VariableDeclaration') {
      bindBlock(scope, [head])
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
    const scope = innerScope(code, parent, form !== 'arrow')
    // Parameters that are more than names have a scope of their own, where the body's variables are not visible.
    const isSimple = code.params.every(({ type }) => type === 'Identifier')
    const bodyScope = isSimple ? scope : innerScope(code.body, scope)
    this.#functions.push({ node, code, scope: parent, inner: isSimple ? [scope] : [scope, bodyScope], form })
    for (const parameter of code.params) bindPattern(scope, parameter)
    const body = code.body.type === 'BlockStatement' ? code.body.body : []
    bindBody(bodyScope, body, this.#mayBeSloppy)
    // The name of a function expression is in scope inside it, behind every other binding.
    if (code.type === 'FunctionExpression' && code.id && !scope.bindings.has(code.id.name)) {
      bind(scope, code.id.name, code, true)
    }
    for (const parameter of code.params) this.#visitPattern(parameter, scope, false)
    if (code.body.type === 'BlockStatement') this.#visitList(body, bodyScope)
    else this.#visit(code.body, bodyScope)
  }

  #visitClass(node: AnyNode & { type: 'ClassDeclaration' | 'ClassExpression' }, parent: Scope): void {
    const scope = innerScope(node, parent)
    this.#functions.push({ node, code: node, scope: parent, inner: [scope], form: 'class' })
    if (node.id) bind(scope, node.id.name, node, true)
    if (node.superClass) this.#visit(node.superClass, scope)
    for (const member of node.body.body) {
      if (member.type === 'StaticBlock') {
        this.#visitBody(member.body, innerScope(member, scope, true))
      } else if (member.type === 'MethodDefinition') {
        this.#visitMember(member, member.value, true, scope)
      } else if (member.type === 'PropertyDefinition') {
        if (member.computed) this.#visit(member.key, scope)
        if (member.value) this.#visit(member.value, innerScope(member, scope, true))
      }
    }
  }
}

function isAnonymous(node: AnyNode): boolean {
  return isFunctionOrClass(node) && !('id' in node && node.id)
}
