/** What packing does to the text of a module, judged by running the result in a fresh process. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { WorkingDirectory } from '../../../src/snapshot/pack/working-directory.ts'
import { cacheWith, makeProject, temporaryDirectory, type Contents } from './temporary-project.ts'

const receiver = process.env['MODULEPICKLE_TEST_NODE'] ?? process.execPath

interface Shipped {
  readonly directory: string
  text(file: string): string
  /** What a fresh process prints after `script` with the module's namespace as `m`. */
  run(script: string, ...flags: string[]): string
}

function ship(t: TestContext, files: Record<string, Contents>, main: string): Shipped {
  const project = makeProject(t, { 'package.json': { type: 'module' }, ...files })
  const snapshot = new WorkingDirectory().pack(project.root, [project.file(main)])
  const lookup = { directories: [project.root], runtime: temporaryDirectory(t) }
  const { directory } = cacheWith(t, snapshot).materialize(snapshot.id, lookup)
  const url = pathToFileURL(path.join(directory, snapshot.pathOf(project.file(main)))).href
  return {
    directory,
    text: file => readFileSync(path.join(directory, file), 'utf8'),
    run: (script, ...flags) =>
      execFileSync(
        receiver,
        [...flags, '--input-type=module', '--eval', `const m = await import('${url}')\n${script}`],
        {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      ).trim(),
  }
}

function assertRuns(t: TestContext, source: string, options: Contents = {}, expected = 'ok'): Shipped {
  const shipped = ship(t, { 'main.ts': source, 'tsconfig.json': { compilerOptions: options } }, 'main.ts')
  assert.equal(shipped.run('console.log(m.result)'), expected)
  return shipped
}

test('what a module exports by default without a name has the name that it has in the source', t => {
  for (const type of ['module', 'commonjs']) {
    for (const text of ['class { static made = 1 }', '() => 1', 'function () {}', 'class Own {}']) {
      const files = {
        'package.json': { type },
        'tsconfig.json': { compilerOptions: { useDefineForClassFields: false } },
        'main.ts': `export default ${text}\nexport const kept: number = 1`,
      }
      const expected = text.includes('Own') ? 'Own' : 'default'
      const seen = ship(t, files, 'main.ts').run('console.log((m.default.default ?? m.default).name, m.kept)')
      assert.equal(seen, `${expected} 1`, `${type}: ${text}`)
    }
  }
})

test('enums, namespaces, parameter properties and type imports compile', t => {
  assertRuns(
    t,
    `
import { type Gone } from './gone.ts'
import type { Lost } from './lost.ts'
enum Color { Red = 'o' }
namespace Letters { export const k = 'k' }
class Point { constructor(readonly x: string, private y: Gone | Lost) {} }
export const result = new Point(Color.Red, 1 as any).x + Letters.k satisfies string`,
  )
})

test('standard decorators and using compile without any import', t => {
  const { text } = assertRuns(
    t,
    `
/** @param a comment that is no decorator */
function double(value: (this: any) => string) { return function (this: any): string { return value.call(this) + 'k' } }
class K { @double m(): string { return 'o' } }
let closed = ''
{ using x = { [Symbol.dispose ?? Symbol.for('Symbol.dispose')]() { closed = new K().m() } } as any }
export const result = closed`,
  )
  assert.doesNotMatch(text('main.js'), /\bimport\s*["'{*]|\brequire\(/)
})

test('legacy decorators compile, with metadata where tsconfig asks for it', t => {
  const source = `
const seen: unknown[] = [];
(Reflect as any).metadata = (key: string, value: any) => () => { seen.push(key + ':' + (value.name ?? value.map((x: any) => x.name))) }
function mark(target: any, key?: any, index?: any): any { seen.push(typeof index === 'number' ? 'parameter' : 'mark') }
@mark class Service { constructor(@mark readonly name: string) {} @mark run(n: number): Date { return new Date(n) } }
export const result = seen.join(' ')`
  const legacy = { experimentalDecorators: true, emitDecoratorMetadata: false }
  assertRuns(t, source, legacy, 'mark parameter mark')
  const expected =
    'design:returntype:Date design:paramtypes:Number design:type:Function mark design:paramtypes:String parameter mark'
  assertRuns(t, source, { ...legacy, emitDecoratorMetadata: true }, expected)
  const inCommonJs = ship(
    t,
    {
      'package.json': { type: 'commonjs' },
      'main.ts': source,
      'tsconfig.json': { compilerOptions: { ...legacy, emitDecoratorMetadata: true } },
    },
    'main.ts',
  )
  assert.equal(inCommonJs.run('console.log(m.result)'), expected)
})

test('class fields are defined or assigned as tsconfig says', t => {
  const source = `
class Base { set field(_: string) { assigned = 'assigned' } }
let assigned = 'defined'
class Derived extends Base { override field = 'x' }
new Derived()
export const result = assigned`
  assertRuns(t, source, {}, 'defined')
  assertRuns(t, source, { useDefineForClassFields: false }, 'assigned')
  assertRuns(t, source, { target: 'es2020' }, 'assigned')
})

test('options come from the nearest tsconfig, through extends, with comments', t => {
  const { run } = ship(
    t,
    {
      'tsconfig.json': { compilerOptions: { jsx: 'preserve' } },
      'src/tsconfig.json': '{ // nearest\n "extends": ["./base"], }',
      'src/base.json': '{ "compilerOptions": { "jsx": "react", "jsxFactory": "h", /* "no": 1 */ } }',
      'src/main.tsx': 'const h = (tag: string, props: any) => tag + props.x\nexport const result = <o x="k" />',
    },
    'src/main.tsx',
  )
  assert.equal(run('console.log(m.result)'), 'ok')
})

test('TypeScript as CommonJS keeps require, exports, import.meta and __dirname working', t => {
  const { run } = ship(
    t,
    {
      'package.json': { type: 'commonjs' },
      'main.ts': `
import fs = require('node:fs')
import { own } from './own'
import * as legacy from './legacy'
export const result = [typeof fs.readFileSync, own, legacy.value, import.meta.url.slice(-8), typeof __dirname, typeof require].join()`,
      'own.ts': "export const own: string = 'own'",
      'legacy.ts': "export = { value: 'legacy' }",
    },
    'main.ts',
  )
  assert.equal(run('console.log(m.result)'), 'function,own,legacy,/main.js,string,function')
})

test('stack traces lead to the line in the kept source, whose text stands at its relative path', t => {
  const source =
    'interface Gone {\n  a: string\n}\n\nexport function fail(x: Gone): never {\n  throw new Error(x.a)\n}\n'
  const { run, directory, text } = ship(t, { 'src/main.ts': source }, 'src/main.ts')
  const stack = run("try { m.fail({ a: 'x' }) } catch (error) { console.log(error.stack) }", '--enable-source-maps')
  assert.match(stack, new RegExp(`${directory}/\\.modulepickle/src/src/main\\.ts:6:`))
  assert.equal(text('.modulepickle/src/src/main.ts'), source)
  assert.equal(existsSync(path.join(directory, 'src/main.ts')), false)
})

const listen = `
const tables = []
globalThis[Symbol.for('modulepickle.bindings')] = (where, table) => { tables.push(table) }
`

test('every top-level binding can be read, and set where it can change, in ES modules and CommonJS', t => {
  const declarations = `
import { other } from './other.js'
const a = 1, { b, c: [d] } = { b: 2, c: [3] }
let v = 4, v_ = 5, Symbol = 6
var hoisted
if (v) { var inBlock = 7 }
function f() { return v }
class K {}
export default function named() {}
export const read = () => ({ v, f: f(), other })
`
  const { run, text } = ship(
    t,
    { 'main.js': `${declarations}//# sourceMappingURL=main.js.map\n`, 'other.js': 'export const other = 0' },
    'main.js',
  )
  assert.deepEqual(
    text('main.js')
      .split('\n')
      .slice(0, declarations.split('\n').length - 1)
      .join('\n') + '\n',
    declarations,
  )
  assert.match(text('main.js'), /\n\/\/# sourceMappingURL=main\.js\.map\n$/)
  const script = (load: string): string => `${listen}
const m = await ${load}
const table = tables.find(table => 'a' in table)
table.v = 40; table.f = () => 'replaced'
console.log(Object.keys(table).join(), table.a, table.d, table.inBlock, table.K.name, JSON.stringify(m.read()),
  Object.getOwnPropertyDescriptor(table, 'a').set, Object.keys(m).join())`
  const url = 'import(process.argv[1])'
  assert.equal(
    runDirectly(t, text('main.js'), 'mjs', script(url)),
    'a,b,d,v,v_,Symbol,hoisted,f,K,named,read,inBlock 1 3 7 K {"v":40,"f":"replaced","other":0} undefined default,read',
  )
  assert.equal(run('console.log(m.read().v)'), '4')
})

function runDirectly(t: TestContext, text: string, extension: string, script: string): string {
  const project = makeProject(t, {
    [`main.${extension}`]: text,
    'other.js': 'export const other = 0',
    'package.json': { type: 'module' },
  })
  return execFileSync(receiver, ['--input-type=module', '--eval', script, project.file(`main.${extension}`)], {
    encoding: 'utf8',
  }).trim()
}

test('CommonJS gets a table as well', t => {
  const { text } = ship(t, { 'main.cjs': 'let count = 1\nexports.add = () => ++count' }, 'main.cjs')
  const script = `${listen}
const m = (await import(process.argv[1])).default
m.add(); tables[0].count = 10
console.log(m.add(), tables[0].count)`
  assert.equal(runDirectly(t, text('main.cjs'), 'cjs', script), '11 11')
})

test('what cannot be parsed, and JSON, ships byte for byte', t => {
  const jsx = 'export const view = <b>not parsed</b>\n'
  const { text } = ship(
    t,
    { 'main.js': "import './data.json' with { type: 'json' }\n", 'view.js': jsx, 'data.json': '{"a": 1}' },
    'main.js',
  )
  assert.equal(text('view.js'), jsx)
  assert.equal(text('data.json'), '{"a": 1}')
})

test('specifiers change only where Node would not find the file', t => {
  const { text, run } = ship(
    t,
    {
      'main.ts': `
import { a } from './a.ts'
import { b } from './b.js'
import { c } from './c'
import { d } from './dir'
import { e } from './e.mts?query=1'
export * from '@self/name/sub'
const url = new URL('./worker.ts', import.meta.url).pathname.slice(-9)
const missing = new URL('./missing.txt', import.meta.url).pathname.slice(-12)
export const result = [a, b, c, d, e, url, missing].join()`,
      'package.json': { name: '@self/name', type: 'module', exports: { './sub': './sub.ts' } },
      ...Object.fromEntries(
        ['a.ts', 'b.ts', 'c.ts', 'dir/index.ts', 'e.mts'].map(file => [
          file,
          `export const ${file[0]}: string = '${file[0]}'`,
        ]),
      ),
      'sub.ts': 'export const sub: number = 1',
      'worker.ts': '',
    },
    'main.ts',
  )
  assert.equal(run('console.log(m.result, m.sub)'), 'a,b,c,d,e,worker.js,/missing.txt 1')
  const specifiers = [...text('main.js').matchAll(/from "(.*?)"/g)].map(([, specifier]) => specifier)
  assert.deepEqual(specifiers, ['./a.js', './b.js', './c.js', './dir/index.js', './e.mjs?query=1', '@self/name/sub'])
})

test('a computed import may leave out the extension or name the TypeScript file, as TypeScript runners allow', t => {
  for (const type of ['module', 'commonjs']) {
    const { run } = ship(
      t,
      {
        'package.json': { type },
        'main.ts':
          'export const load = async (name: string): Promise<string> => (await import(`./parts/${name}`)).part\n',
        'parts/one.ts': "export const part: string = 'one'",
        'parts/two/index.ts': "export const part: string = 'two'",
        'parts/three.mts': "import { dep } from 'dep'\nexport const part: string = dep",
        'node_modules/dep/package.json': { name: 'dep', version: '1.0.0', main: 'index.js' },
        'node_modules/dep/index.js': "exports.dep = 'three'",
      },
      'main.ts',
    )
    const script = "for (const name of ['one', 'one.ts', 'two', 'three', 'three.mjs']) console.log(await m.load(name))"
    assert.equal(run(script).replaceAll('\n', ' '), 'one one two three three', type)
  }
})

test('under tsx a TypeScript file without a package type ships as CommonJS, in other processes as Node detects it', t => {
  const project = makeProject(t, {
    'package.json': '{}',
    'main.ts': 'export const where: string = typeof __filename\nexport const done = 1',
    'pack.mts': `
import { WorkingDirectory } from '${pathToFileURL(path.resolve('src/snapshot/pack/working-directory.ts')).href}'
const main = new URL('./main.ts', import.meta.url).pathname
const snapshot = new WorkingDirectory().pack(new URL('.', import.meta.url).pathname, [main])
const texts = [...snapshot.objects.values()].map(object => Buffer.from(object.read()).toString())
console.log(texts.find(text => text.includes('typeof __filename') && text.includes('modulepickle.bindings')))`,
  })
  const tsx = createRequire(import.meta.url).resolve('tsx')
  const packed = (...flags: string[]): string =>
    execFileSync(process.execPath, [...flags, project.file('pack.mts')], { encoding: 'utf8' })
  assert.match(packed('--import', pathToFileURL(tsx).href), /module\.exports = __toCommonJS/)
  assert.match(packed(), /^export const where/)
})

test('what follows a source map comment ships: files joined from several have such comments in the middle', t => {
  const comment = '//# sourceMappingURL=part.js.map'
  const joined = `export const a = 1\n${comment}\nexport const b = 2\n`
  const { text, run } = ship(t, { 'joined.js': `${joined}${comment}\n\n` }, 'joined.js')
  assert.equal(run('console.log(m.a, m.b)'), '1 2')
  assert.ok(text('joined.js').startsWith(joined))
  assert.ok(text('joined.js').endsWith(`\n${comment}\n\n`), 'the last comment stays last')
})

test('what only looks like a source map comment stays where it is', t => {
  const lookalike = '\n//# sourceMappingURL=part.js.map'
  for (const code of [`export const a = \`${lookalike}\``, `export const a = 1\n/*${lookalike}*/`]) {
    const { text, run } = ship(t, { 'main.js': code }, 'main.js')
    assert.equal(run('console.log(String(m.a).length)'), code.includes('`') ? String(lookalike.length) : '1')
    assert.ok(text('main.js').startsWith(code))
  }
})

test('a computed specifier may hold what makes sense only where it stands', t => {
  const main = `
class Base { get name() { return './part.js' } }
class Loader extends Base {
  #file = './part.js'
  hidden() { return import(this.#file) }
  inherited() { return import(super.name) }
  *paused() { return import(yield) }
  prefixed() { return import('./' + this.#file.slice(2)) }
}
export const loader = new Loader()
export function Made() { return { part: import(new.target ? './part.js' : '') } }`
  const { run } = ship(t, { 'main.js': main, 'part.js': 'export const part = 1' }, 'main.js')
  const script = `
const generator = m.loader.paused()
generator.next()
const all = [m.loader.hidden(), m.loader.inherited(), generator.next('./part.js').value, m.loader.prefixed(), new m.Made().part]
console.log((await Promise.all(all)).map(({ part }) => part).join(''))`
  assert.equal(run(script), '11111')
})

test('new URL() beside import.meta.url names the compiled file, in CommonJS as in ES modules', t => {
  for (const type of ['module', 'commonjs']) {
    const { run } = ship(
      t,
      {
        'package.json': { name: 'p', type },
        'main.ts': `
export const urls = [new URL('./a worker.ts', import.meta.url), new URL('./plain', import.meta.url)]
export const other = new URL('./missing.txt', import.meta.url)`,
        'a worker.ts': "import { dep } from 'dep'\nexport const part: string = dep",
        'plain.ts': "export const part: string = 'plain'",
        'node_modules/dep/package.json': { name: 'dep', version: '1.0.0', main: 'index.js' },
        'node_modules/dep/index.js': "exports.dep = 'dep'",
      },
      'main.ts',
    )
    const script =
      'for (const url of m.urls) console.log((await import(url)).part)\nconsole.log(m.other.href.slice(-12))'
    assert.equal(run(script).replaceAll('\n', ' '), 'dep plain /missing.txt', type)
  }
})

const typeless = {
  'package.json': { name: 'p', main: './main.ts' },
  'main.ts': "import { part } from './parts/part.ts'\nexport const result: string = part",
  'parts/part.ts': "export const part: string = 'ok'",
  'parts/types.ts': 'interface Part { name: string }\n',
  'tool.cjs': 'module.exports = 1',
}

test('a package of ES modules without a type says so where it arrives, so that no process there warns', t => {
  const { directory, text } = ship(t, typeless, 'main.ts')
  assert.deepEqual(JSON.parse(text('package.json')), { name: 'p', main: './main.js', type: 'module' })
  const url = pathToFileURL(path.join(directory, 'main.js')).href
  const script = `console.log((await import('${url}')).result)`
  const { stdout, stderr } = spawnSync(receiver, ['--input-type=module', '--eval', script], { encoding: 'utf8' })
  assert.deepEqual({ stdout, stderr }, { stdout: 'ok\n', stderr: '' })
})

test('a package without a type stays without one where any file of it may be CommonJS', t => {
  const others = {
    'config.js': 'module.exports = {}',
    'broken.js': 'export const view = <b>not parsed</b>',
    'bin/tool': "#!/usr/bin/env node\nconsole.log(require('node:path').sep)",
  }
  for (const [file, source] of Object.entries(others)) {
    const { run, text } = ship(t, { ...typeless, [file]: source }, 'main.ts')
    assert.equal(JSON.parse(text('package.json')).type, undefined, file)
    assert.equal(run('console.log(m.result)'), 'ok')
  }
})
