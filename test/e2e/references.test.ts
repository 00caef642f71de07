/**
 * Which values travel by reference, and under which name: the same under every loader.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { transformSync } from 'esbuild'
import { Project, repository, type Loader } from '../support/project.ts'
import { howItTravels } from '../support/referenced.ts'
import { unlessCommand } from '../support/requirements.ts'
import { python } from '../unit/pickle/python.ts'

const expected: Readonly<Record<string, string>> = {
  'an exported function': 'reference snapshot:/lib.js declared',
  'an exported async function': 'reference snapshot:/lib.js asyncDeclared',
  'an exported generator function': 'reference snapshot:/lib.js generator',
  'an exported arrow': 'reference snapshot:/lib.js arrow',
  'an exported async arrow': 'reference snapshot:/lib.js asyncArrow',
  'an exported function expression': 'reference snapshot:/lib.js expression',
  'a function exported under two other names': 'reference snapshot:/lib.js alpha',
  'an anonymous default export': 'reference snapshot:/lib.js default',
  'a function re-exported from another module': 'reference snapshot:/other.js elsewhere',
  'a function that is not exported': 'reference snapshot:/lib.js #hidden',
  'an arrow that is not exported': 'reference snapshot:/lib.js #hiddenArrow',
  'an exported class': 'reference snapshot:/lib.js Model',
  'a method of an exported class': 'reference snapshot:/lib.js Model.prototype.grow',
  'a static method of an exported class': 'reference snapshot:/lib.js Model.create',
  'an instance of an exported class': 'instance of reference snapshot:/lib.js Model',
  'an exported binding that was assigned to': 'value closure',
  'a closure that a module made': 'value closure',
  'an exported function that was wrapped': 'value closure',
  'a function of the entry': 'value closure',
  'a closure of the entry': 'value closure',
  'a method of an object of the entry': 'value closure',
  'a bound function': 'value bind',
  'a function of a builtin module': 'reference node:path join',
  'another function of a builtin module': 'reference node:util promisify',
  'an intrinsic function': 'reference js Math.max',
  'an intrinsic method': 'reference js Array.prototype.map',
  'an intrinsic class': 'reference js Map',
  'a function of the platform': 'reference js setTimeout',
  'a function of an installed package': 'reference npm:package-esm@1.2.3/lib/index.js square',
  'a function of an installed CommonJS package': 'reference npm:package-cjs@4.5.6/index.js module.exports',
}

const packages = {
  'node_modules/package-esm/package.json':
    '{"name":"package-esm","version":"1.2.3","type":"module","exports":"./lib/index.js"}',
  'node_modules/package-esm/lib/index.js': 'export const square = n => n * n\n',
  'node_modules/package-cjs/package.json': '{"name":"package-cjs","version":"4.5.6"}',
  'node_modules/package-cjs/index.js': 'module.exports = function triple(n) { return 3 * n }\n',
}

const sources = ['main.ts', 'lib.ts', 'other.ts'].map(name => {
  return [name, readFileSync(`${repository}/test/fixtures/references/${name}`, 'utf8')] as const
})

/** The same program as each loader takes it. */
function programFor(loader: Loader): { files: Record<string, string>; main: string } {
  const type = loader.endsWith('CommonJS') ? 'commonjs' : 'module'
  const manifest = { 'package.json': JSON.stringify({ name: 'references', type }) }
  if (!loader.startsWith('plain')) return { files: { ...manifest, ...Object.fromEntries(sources) }, main: 'main.ts' }
  const plain = sources.map(([name, text]) => [name.replace('.ts', '.js'), plainJavaScript(text, type)])
  return { files: { ...manifest, ...Object.fromEntries(plain) }, main: 'main.js' }
}

/** Types removed; for CommonJS, imports and exports written the way people write them by hand. */
function plainJavaScript(text: string, type: string): string {
  const { code } = transformSync(text, { loader: 'ts', format: 'esm' })
  const module = code.replaceAll(".ts'", ".js'").replaceAll('.ts"', '.js"')
  return type === 'module' ? module : handwrittenCommonJs(module)
}

function handwrittenCommonJs(module: string): string {
  const exported: string[] = []
  const list = (names: string, separator: string): string[] =>
    names
      .split(',')
      .map(name => name.trim())
      .filter(Boolean)
      .map(name => {
        const [local, other] = name.split(/\s+as\s+/)
        return other ? (separator === ':' ? `${local}: ${other}` : `${other}: ${local}`) : local!
      })
  const text = module
    .replaceAll(/^import (\w+), \* as (\w+) from (".*");$/gm, 'const $2 = require($3);\nconst $1 = $2.default;')
    .replaceAll(/^import (\w+) from (".*");$/gm, 'const $1 = require($2);')
    .replaceAll(
      /^import \{([^}]*)\} from (".*");$/gm,
      (_, names: string, from: string) => `const { ${list(names, ':').join(', ')} } = require(${from});`,
    )
    .replaceAll(/^export \{([^}]*)\};?$/gm, (_, names: string) => {
      exported.push(...list(names, 'export'))
      return ''
    })
    .replaceAll(/^export default function /gm, 'module.exports.default = function ')
  const assignments = exported.map(entry => {
    const [name, local = name] = entry.split(': ')
    return `module.exports.${name} = ${local};`
  })
  return `${text}\n${assignments.join('\n')}\n`
}

/** What hand-written CommonJS exports is found by identity, whatever made it. */
const byIdentity: Readonly<Record<string, string>> = {
  'an exported binding that was assigned to': 'reference snapshot:/lib.js replaced',
  'an exported function that was wrapped': 'reference snapshot:/lib.js wrapped',
}

for (const loader of ['plain ESM', 'plain CommonJS', 'tsx ESM', 'tsx CommonJS', 'type stripping'] as const) {
  suite(`under ${loader}`, () => {
    let project: Project
    const travels = new Map<string, string>()
    let pickles: Record<string, string>

    before(async () => {
      const { files, main } = programFor(loader)
      project = new Project({ ...files, ...packages })
      project.installModulepickle()
      const output = project.path('pickles.json')
      const { code, stderr } = await project.run(loader, main, [output])
      assert.equal(code, 0, stderr)
      pickles = JSON.parse(readFileSync(output, 'utf8')) as Record<string, string>
      for (const [kind, pickle] of Object.entries(pickles))
        travels.set(kind, howItTravels(Buffer.from(pickle, 'base64')))
    })

    after(() => project.remove())

    for (const [kind, how] of Object.entries(loader === 'plain CommonJS' ? { ...expected, ...byIdentity } : expected)) {
      test(`${kind} travels as ${how}`, () => assert.equal(travels.get(kind)?.replace(/~[0-9a-f]{64}/, ''), how))
    }

    test('python3 -m pickletools reads every pickle', { skip: unlessCommand('python3', 'Install Python 3.') }, () => {
      const listAll = `
import base64
for text in json.loads(data).values():
    listing(base64.b64decode(text))
result = str(len(json.loads(data))).encode()`
      assert.equal(String(python(listAll, Buffer.from(JSON.stringify(pickles)))), String(Object.keys(expected).length))
    })
  })
}
