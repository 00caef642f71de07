/** What is read from the words of a module is what its syntax tree tells, or nothing is. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { exportedNames, readModule } from '../../../src/cloudpickle/source/read-module.ts'
import { compile } from '../../../src/snapshot/pack/compile.ts'
import { readModuleText } from '../../../src/snapshot/pack/module-text.ts'
import { skimModule } from '../../../src/snapshot/pack/skim.ts'

const repository = path.resolve(import.meta.dirname, '../../..')

function compiled(text: string): string {
  return compile({ path: 'm.ts', text, kind: 'module', options: {} }).code
}

/** Fails where what was skimmed is not what a syntax tree tells; false where nothing was skimmed. */
function agrees(code: string, where: string): boolean {
  const skimmed = skimModule(code)
  if (!skimmed) return false
  const record = readModule(code, 'module', where)
  const declarations = [...record.declarations].map(([name, { kind }]) => [name, kind])
  assert.deepEqual([...skimmed.declarations], declarations, where)
  assert.deepEqual(skimmed.requests, record.requests, where)
  assert.deepEqual(skimmed.exportNames, exportedNames(record), where)
  return true
}

test('every module of this repository is read as its syntax tree has it', () => {
  const files = ['src', 'test/unit', 'test/e2e', 'test/fixtures', 'bench/suites'].flatMap(sourcesBelow)
  let skimmed = 0
  for (const file of files) {
    const text = readFileSync(path.join(repository, file), 'utf8')
    const { code, compiler } = compile({ path: file, text, kind: 'module', options: {} })
    if (compiler !== 'oxc-transform' || !agrees(code, file)) continue
    skimmed++
    const access = readModuleText(file, text, 'module', {}).privateAccess
    const whole = readModuleText(file.replace(/\.ts$/, '.js'), code, 'module', {}).privateAccess
    assert.deepEqual(sorted(access), sorted(whole), file)
  }
  assert.ok(skimmed > files.length / 2, `only ${skimmed} of ${files.length} were skimmed`)
})

function sourcesBelow(directory: string): string[] {
  const names = readdirSync(path.join(repository, directory), { recursive: true, encoding: 'utf8' })
  return names.filter(name => /(?<!\.d)\.ts$/.test(name)).map(name => path.join(directory, name))
}

function sorted(edits: readonly unknown[]): string[] {
  return edits.map(edit => JSON.stringify(edit)).sort()
}

const read = {
  'a slash that divides, and one that does not':
    'export const a = (1 + 2) / 3 / 4, b = [1] / 2\nif (a) /}/.test("")\nconst c = 1',
  'a condition and a call before a slash':
    'const f = x => x\nexport const g = f(1) / 2\nwhile (f(0)) /[/}]/.exec("")\nclass A {}',
  'templates in templates': 'export const t = `a${`b${{ c: "}" }.c}`}d`\nconst after = `\\`${1}`',
  'words that are names of members':
    'const o = { class: 1, if: (x: number) => x }\nexport const p = o.class / 2 + o.if(2) / 1',
  'async functions after blocks': 'if (globalThis) {\n}\nasync function late() {}\nexport default async function () {}',
  'expressions that declare':
    'const a = class B {}, c = function d() {}\nlet e = async function () {}\nexport { a as default, c, e }',
  're-exports':
    "export * as all from './a.js'\nexport { x, y as default } from './b.js'\nimport './c.js'\nimport d, * as e from './d.js'\nexport { d, e }",
  'hidden exports': "export * from './a.js'\nexport const b = 1",
  attributes: "import j from './j.json' with { type: 'json' }\nexport const k = j",
  'generators and methods':
    'export function* g() { yield /a}/ }\nclass A { static #p = 1; static { A.#p++ } get [`x${1}`]() { return 1 } }\nexport { A }',
  'numbers and spread': 'export const n = 1.5e-3 / .5, m = [...[1]], q = 0xff_ff\nconst r = 1..toString()',
  'optional members and conditions': 'const o: { a?: number } = {}\nexport const v = o?.a ? .5 : o.a ?? 1\nconst w = 1',
}

for (const [what, text] of Object.entries(read)) {
  test(`read: ${what}`, () => assert.ok(agrees(compiled(text), what)))
}

const left = {
  'import()': "export const f = () => import('./x.js')",
  'an import that is awaited': "export const m = await import('./x.js')",
  'import.meta': 'export const u = import.meta.url',
  require: "import { createRequire } from 'node:module'\nexport const r = createRequire('/x')('./y')",
  patterns: 'export const { a, b } = { a: 1, b: 2 }',
  'var in a block': 'if (globalThis) { var hoisted = 1 }\nexport const a = 1',
  'var in a statement': 'for (const x of []) var hoisted = x\nexport const a = 1',
  'a slash after a brace': 'export const f = () => {}\n{}\n/x/.test("")',
  'a slash after a variable that is called of':
    "const of = 4, g = 2\nexport const q = of / g, m = await import('x'), h = 1 / 2",
  'a class that extends a class': 'export class A extends class {} { #p = 1; get() { return this.#p } }',
  'names in other alphabets': 'export const é = 1',
  'export names that are strings': "const a = 1\nexport { a as 'b-c' }",
}

for (const [what, text] of Object.entries(left)) {
  test(`left to the parser: ${what}`, () => assert.equal(skimModule(compiled(text)), undefined))
}
