/** What TypeScript and JSX can say, compiled when packed: it runs on a plain Node, and errors are on the author's lines. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { after, before, suite, test, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { WorkingDirectory } from '../../../src/snapshot/pack/working-directory.ts'
import { cacheWith, makeProject, temporaryDirectory, type Contents } from './temporary-project.ts'

const receiver = process.env['MODULEPICKLE_TEST_NODE'] ?? process.execPath

interface Row {
  /** Has `result`, which is 'ok', and where it is not left out below, `fail`, which throws on the line that says so. */
  readonly source: string
  readonly file?: string
  readonly options?: Contents
  readonly others?: Record<string, Contents>
}

const fail = '\nexport function fail(n: number): never {\n  throw new Error(String(n)) // here\n}\n'
const rows: Readonly<Record<string, Row>> = {
  'const enums, also of another file': {
    source:
      "import { Far } from './far.ts'\nconst enum Near { A = 'o', B = 1 << 2, C = B + 1 }\nexport const result = Near.A + (Near.C === 5 ? Far.K : '')",
    others: { 'far.ts': "export const enum Far { K = 'k' }" },
  },
  'enums that are computed, merged and read backwards': {
    source:
      "enum E { A = 'ab'.length, B }\nenum E { C = 10 }\nexport const result = E[3] === 'B' && E[10] === 'C' && E.A === 2 ? 'ok' : ''",
  },
  'namespaces, nested, merged with a function and exporting variables': {
    source:
      "function f(): string { return f.o + f.deep.k }\nnamespace f { export let o = 'o'; export namespace deep { export const k = 'k' } }\nexport const result = f()",
  },
  'declared namespaces, modules, globals and functions': {
    source:
      "declare const gone: string\ndeclare global { interface Array<T> { gone: T } }\ndeclare module 'other' { export const x: number }\ndeclare function lost(): void\ndeclare namespace N { const x: number }\nexport const result = typeof lost + typeof gone === 'undefinedundefined' ? 'ok' : ''",
  },
  'parameter properties, with fields and a base class': {
    source:
      "class B { constructor(protected o: string) {} }\nclass P extends B { k2 = 'k'; constructor(o: string, public readonly k: string, private x = 1) { super(o); this.x++ } all(): string { return this.o + (this.k === this.k2 ? this.k : '') } }\nexport const result = new P('o', 'k').all()",
  },
  'abstract classes, overloads, index signatures, definite assignment, optional methods and this parameters': {
    source:
      "abstract class A { abstract f(): string; [key: string]: unknown; g?(): void; x!: string; declare y: string }\nclass B extends A { override f(this: B): string { return 'y' in this ? '' : 'ok' } }\nfunction o(a: string): string\nfunction o(a: number): string\nfunction o(a: unknown): string { return String(a) }\nexport const result = o(new B().f())",
  },
  'imports of types without saying so, and of values that are only used as types': {
    source:
      "import { T, I } from './types.ts'\nimport * as Types from './types.ts'\nimport D, { type V, value } from './types.ts'\nconst t: T | I | Types.I | D | V = 'k'\nexport const result = value + t",
    others: {
      'types.ts':
        "export type T = string\nexport interface I { a: 1 }\nexport type V = string\nexport default class D {}\nexport const value = 'o'",
    },
  },
  'verbatimModuleSyntax keeps an import that is not used': {
    source: "import { unused } from './effect.ts'\nexport const result = (globalThis as { effect?: string }).effect",
    options: { verbatimModuleSyntax: true },
    others: { 'effect.ts': "(globalThis as { effect?: string }).effect = 'ok'\nexport const unused = 1" },
  },
  'satisfies, as const, non-null, generics with defaults, tuples, template types and type predicates': {
    source:
      "type L<K extends string = 'o'> = `${K}k`\nconst isL = (x: unknown): x is L => x === 'ok'\nconst t = ['o', 'k'] as const satisfies readonly [a: string, b?: string]\nconst both = <const T extends readonly string[],>(x: T): T => x\nconst l: unknown = both(t)!.join('')\nexport const result = isL(l) ? (<string>l) : ''",
  },
  'legacy decorators of everything': {
    source:
      "const seen: string[] = []\nconst mark = (s: string) => (..._: unknown[]): any => { seen.push(s) }\n@mark('class') class A { @mark('field') f = 1; @mark('method') m(@mark('parameter') _: string) {} @mark('accessor') get g() { return 1 } @mark('static') static s() {} }\nexport const result = seen.length === 6 && new A().g ? 'ok' : seen.join()",
    options: { experimentalDecorators: true },
  },
  'standard decorators, with initialisers, accessors and metadata of the context': {
    source:
      "function bound(value: Function, { name, addInitializer }: ClassMethodDecoratorContext): void { addInitializer(function (this: any) { this[name] = value.bind(this) }) }\nfunction twice(_: unknown, { kind }: ClassAccessorDecoratorContext): any { return { init: (v: string) => (kind === 'accessor' ? v.trim() : '') } }\nclass A { @twice accessor o = ' o '; k = 'k'; @bound all(): string { return this.o + this.k } }\nconst { all } = new A()\nexport const result = all()",
  },
  'using and await using': {
    source:
      "const log: string[] = []\nconst open = (name: string): any => ({ [Symbol.dispose ?? Symbol.for('dispose')]: () => void log.push(name), [Symbol.asyncDispose ?? Symbol.for('asyncDispose')]: async () => void log.push(name) })\n{ using a = open('k'); using b = open('o') }\nconst late = async (): Promise<void> => { await using c = open('') }\nawait late()\nexport const result = log.join('')",
  },
  'private members, static blocks and auto-accessors': {
    source:
      "class A { static #k: string; static { A.#k = 'k' } #o = 'o'; accessor rest = ''; get all(): string { return this.#o + A.#k + this.rest } has = (x: object): boolean => #o in x }\nexport const result = new A().has(new A()) ? new A().all : ''",
  },
  '.tsx with the automatic runtime': {
    file: 'main.tsx',
    source:
      "const View = ({ k }: { k: string }) => <o {...{ k }}>{k}</o>\nexport const result = (<><View k='k' /></>) && 'ok'",
    options: { jsx: 'react-jsx', jsxImportSource: '#jsx' },
    others: {
      'package.json': { type: 'module', imports: { '#jsx/jsx-runtime': './jsx.ts' } },
      'jsx.ts':
        'export const jsx = (t: unknown, p: unknown) => [t, p]\nexport const jsxs = jsx\nexport const Fragment = 1',
    },
  },
  '.jsx, classic': {
    file: 'main.jsx',
    source: "const React = { createElement: (t, p) => t + p.k }\nexport const result = <o k='k' />",
  },
  '.mts in a CommonJS package': {
    file: 'main.mts',
    source:
      "import { o } from './o.mjs'\nexport const result: string = o + import.meta.url.slice(-3)[0]!.replace('m', 'k')",
    others: { 'package.json': { type: 'commonjs' }, 'o.mts': "export const o: string = 'o'" },
  },
  '.cts with import = and export =': {
    file: 'main.cts',
    source:
      "import path = require('node:path')\nimport o = require('./o.cts')\nimport inner = o.inner\nexport = { result: path.basename('/x/o') + inner.k, fail(n: number): never {\n  throw new Error(String(n)) // here\n} }",
    others: { 'o.cts': "namespace all { export namespace inner { export const k = 'k' } }\nexport = all" },
  },
  'import = in an ES module': {
    source:
      "namespace Far { export namespace Off { export const k = 'k' } }\nimport near = Far.Off\nexport const result = 'o' + near.k",
  },
  'JSON, text that looks like types, regular expressions and comments': {
    source:
      "import data from './data.json' with { type: 'json' }\nconst s = 'a as string <T>' /* : number */, r = /<T>(x: string)/g // as any\nexport const result = s.length === 15 && r.global ? data.o + `${'k' as string}` : ''",
    others: { 'data.json': '{ "o": "o" }' },
  },
}

function ship(
  t: TestContext | { after(fn: () => void): void },
  { source, file = 'main.ts', options = {}, others = {} }: Row,
): string {
  const text = /\bfail\b/.test(source)
    ? source
    : source + (file.endsWith('.jsx') ? fail.replaceAll(/: (?:number|never)/g, '') : fail)
  const project = makeProject(t as TestContext, {
    'package.json': { type: 'module' },
    'tsconfig.json': { compilerOptions: options },
    ...others,
    [file]: `interface Before {\n  a: string\n}\n`.repeat(file.endsWith('.jsx') ? 0 : 1) + text,
  })
  const snapshot = new WorkingDirectory().pack(project.root, [project.file(file)])
  const lookup = { directories: [project.root], runtime: temporaryDirectory(t as TestContext) }
  const { directory } = cacheWith(t as TestContext, snapshot).materialize(snapshot.id, lookup)
  return path.join(directory, snapshot.pathOf(project.file(file)))
}

suite('TypeScript that is compiled when packed:', () => {
  const answers = new Map<string, { result?: unknown; line?: string; error?: string }>()
  const cleanups: (() => void)[] = []

  before(() => {
    const t = { after: (fn: () => void): void => void cleanups.push(fn) }
    const modules: [string, string][] = []
    for (const [name, row] of Object.entries(rows)) {
      try {
        modules.push([name, pathToFileURL(ship(t, row)).href])
      } catch (error) {
        answers.set(name, { error: String(error) })
      }
    }
    const script = `
import { readFileSync } from 'node:fs'
const answers = []
for (const [name, url] of ${JSON.stringify(modules)}) {
  try {
    const namespace = await import(url)
    const { result, fail } = { ...namespace, ...namespace.default }
    let line
    try { fail(1) } catch (error) {
      const [, file, number] = /\\(?((?:file:\\/\\/)?\\/[^()]*?):(\\d+):\\d+\\)?$/m.exec(error.stack)
      line = readFileSync(file.replace('file://', ''), 'utf8').split('\\n')[number - 1]
    }
    answers.push([name, { result, line }])
  } catch (error) { answers.push([name, { error: error.stack }]) }
}
console.log(JSON.stringify(answers))`
    const flags = ['--enable-source-maps', '--input-type=module', '--eval', script]
    for (const [name, answer] of JSON.parse(execFileSync(receiver, flags, { encoding: 'utf8' })) as [string, {}][]) {
      answers.set(name, answer)
    }
  })

  after(() => cleanups.forEach(cleanup => cleanup()))

  for (const name of Object.keys(rows)) {
    test(name, () => {
      const { error, result, line } = answers.get(name) ?? {}
      assert.equal(error, undefined)
      assert.equal(result, 'ok')
      assert.match(line ?? '', /\/\/ here$/)
    })
  }
})
