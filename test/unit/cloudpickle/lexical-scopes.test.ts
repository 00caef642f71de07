/** Which binding each identifier refers to, checked on small programs. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { FunctionSite, LexicalScopes } from '../../../src/cloudpickle/source/lexical-scopes.ts'
import { readLexicalScopes } from '../../../src/cloudpickle/source/read-lexical-scopes.ts'
import { readModule } from '../../../src/cloudpickle/source/read-module.ts'

function analyse(text: string): LexicalScopes {
  return readLexicalScopes(readModule(text, 'module', 'test.js'))
}

/** The names that the first function of `text` takes from outside of itself; globals are marked. */
function freeNames(text: string): string[] {
  const scopes = analyse(text)
  const site = scopes.functions[0]!
  const outer = scopesAround(site)
  const names = scopes.references
    .filter(({ start, end }) => start >= site.node.start && end <= site.node.end)
    .filter(({ binding }) => !binding || outer.has(binding.scope))
    .map(({ name, binding }) => (binding ? name : `global ${name}`))
  return [...new Set(names)].sort()
}

function scopesAround(site: FunctionSite): Set<unknown> {
  const outer = new Set<unknown>()
  for (let scope: typeof site.scope | undefined = site.scope; scope; scope = scope.parent) outer.add(scope)
  return outer
}

suite('free names of a function', () => {
  const cases: [what: string, text: string, names: string[]][] = [
    ['parameters are its own', 'const f = (a, b) => a + b', []],
    [
      'destructured and default parameters are its own',
      'const f = ({ a, b: [c] = [], ...d }, e = a) => [a, c, d, e]',
      [],
    ],
    ['a default value may be free', 'let x; const f = (a = x) => a', ['x']],
    ['var is hoisted out of blocks', 'const f = () => { if (1) { var x = 2 } return x }', []],
    ['let stays in its block', 'let x; const f = () => { { let x = 1; x } return x }', ['x']],
    ['a function declaration is hoisted', 'const f = () => { return g(); function g() {} }', []],
    ['a catch parameter is bound in its clause', 'const f = () => { try {} catch (e) { return e } }', []],
    ['a catch parameter is unbound outside of it', 'const f = () => { try {} catch (e) {} return e }', ['global e']],
    [
      'loop variables are bound in the loop',
      'const f = xs => { for (const x of xs) x; for (let i = 0; i < 1; i++) i }',
      [],
    ],
    ['property names are no references', 'let a; const f = o => o.a + o[a]', ['a']],
    ['object keys are no references, shorthands are', 'let a, b; const f = () => ({ a: 1, b })', ['b']],
    ['a computed key is one', 'let k; const f = () => ({ [k]: 1 })', ['k']],
    ['labels are no references', 'const f = () => { outer: for (;;) break outer }', []],
    ['the name of a function expression is its own', 'const f = function g() { return g }', []],
    ['the name of a function declaration is not', 'function f() { return f }', ['f']],
    ['class names are bound inside the class', 'const f = () => class K { static make() { return new K() } }', []],
    [
      'heritage, computed members and fields may be free',
      'let A, k, v; const f = () => class extends A { [k] = v }',
      ['A', 'k', 'v'],
    ],
    ['private names are no references', 'const f = () => class { #x = 1; get() { return this.#x } }', []],
    [
      'assignment targets are references',
      'let a, b, c; const f = () => { a = 1; [b] = []; ({ c } = {}) }',
      ['a', 'b', 'c'],
    ],
    ['undeclared names are globals', 'const f = () => console.log(Math)', ['global Math', 'global console']],
    ['switch cases share one scope', 'let x; const f = y => { switch (y) { case 1: let x; default: x } }', []],
    ['a nested function sees the outer one', 'let z; const f = x => () => x + z', ['z']],
    ['tagged templates call their tag', 'let tag; const f = x => tag`${x}`', ['tag']],
  ]
  for (const [what, text, names] of cases) test(what, () => assert.deepEqual(freeNames(text), names))
})

suite('what a reference tells', () => {
  const formOf = (text: string): string => analyse(text).references.find(({ name }) => name === 'x')!.form

  test('a callee is a call', () => assert.equal(formOf('let x; x()'), 'call'))
  test('a tag is a call', () => assert.equal(formOf('let x; x``'), 'call'))
  test('a constructor is not', () => assert.equal(formOf('let x; new x()'), 'plain'))
  test('a shorthand is told apart', () => assert.equal(formOf('let x; y = { x }'), 'shorthand'))
  test('a shorthand target with a default is told apart', () =>
    assert.equal(formOf('let x; ({ x = 1 } = {})'), 'shorthand'))

  test('the first token of a statement in a list is marked, that of a dependent statement is not', () => {
    const { references } = analyse('let x; x(); if (1) x()')
    assert.deepEqual(
      references.filter(({ name }) => name === 'x').map(({ startsStatement }) => startsStatement),
      [true, false],
    )
  })
})

suite('what is reassigned', () => {
  const reassigned = (text: string): boolean => analyse(text).module.bindings.get('x')!.reassigned

  test('a binding that only has its initialiser is not', () => assert.equal(reassigned('let x = 1; x'), false))
  test('an assignment counts', () => assert.equal(reassigned('let x = 1; x = 2'), true))
  test('an increment in a nested function counts', () => assert.equal(reassigned('let x = 1; () => x++'), true))
  test('destructuring counts', () => assert.equal(reassigned('let x; [x] = [1]'), true))
  test('a loop head counts', () => assert.equal(reassigned('let x; for (x of []) {}'), true))
  test('a nested variable of the same name does not', () =>
    assert.equal(reassigned('let x = 1; { let x; x = 2 }'), false))
})
