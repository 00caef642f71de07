/**
 * What a module exports and a pickle holds as a value: one there wherever it can be, with a warning elsewhere.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { Project } from '../support/project.ts'

const cases = `
const own = Symbol('own')
const cases = {
  'an object before the function that imports it': [() => ({ shape, f: () => shape }), ({ shape, f }) => shape === f()],
  'an object after the function that imports it': [() => [() => shape, shape], ([f, shape]) => shape === f()],
  'an object through a re-export': [() => [round, () => round], ([round, f]) => round === f() && round.radius === 1],
  'an object through a namespace': [() => [all.shape, () => all], ([shape, f]) => shape === f().shape],
  'an object inside of one': [() => [table.inner, () => table.inner], ([inner, f]) => inner === f()],
  'a frozen object': [() => [fixed, () => fixed], ([fixed, f]) => fixed === f() && Object.isFrozen(fixed)],
  'an object with functions': [() => [methods, () => methods], ([methods, f]) => methods === f() && methods.one() === 1],
  'a symbol as a key, before a function of its module': [() => [{ [tag]: 1 }, readTag], ([o, f]) => f(o) === 1],
  'a symbol as a key, after a function that imports it': [() => [o => o[tag], { [tag]: 1 }], ([f, o]) => f(o) === 1],
  'a symbol that a module keeps to itself': [() => [{ [secretTag()]: 1 }, readSecret], ([o, f]) => f(o) === 1],
  'a symbol of an installed package': [() => [{ [packageTag]: 1 }, o => readPackageTag(o)], ([o, f]) => f(o) === 1],
  'a symbol of the program itself': [() => [{ [own]: 1 }, o => o[own]], ([o, f]) => f(o) === 1],
  'an object that was changed travels as it is': [() => [cache, () => cache], ([cache, f]) => cache.size === 1 && f().size === 0],
  'an object alone travels as it is': [() => { const it = structuredClone(shape); return [it, shape] }, ([a, b]) => a !== b && b.kind === 'shape'],
  'a binding that is assigned to is no name': [() => [current, () => current], ([value, f]) => value.n === 2 && f().n === 1],
  'a class that a call made, and an instance': [() => [new Mixed(), Mixed, x => [x instanceof Mixed, Mixed]], ([x, c, f]) => f(x)[0] && f(x)[1] === c],
  'an instance of such a class, before a function of a module that has it': [() => [new Mixed(), isMixed], ([x, f]) => f(x)],
  'an instance of such a class with private state, and a function of another module': [() => { const x = new Keyed(); x.next(); return [x, isKeyed] }, ([x, f]) => f(x) && x.next() === 2],
  'a class that is exported by default and made by a call': [() => [() => Anonymous, Anonymous], ([f, c]) => f() === c],
  'a function that was made at the top level and registered': [() => [handler, () => handler, isHandler], ([h, f, is]) => h === f() && is(h)],
  'a function that was taken out of a literal': [() => [taken, () => taken], ([value, f]) => value === f()],
  'a function over variables of its own travels with them': [() => [count, () => count], ([value, f]) => value() === 2 && f()() === 1],
  'what no literal makes travels as it is': [() => [made, () => made], ([value, f]) => value.at !== f().at],
}
`

const sender = {
  'package.json': '{"name":"app","type":"module"}',
  'shapes.js': `
export const shape = { kind: 'shape', sides: [1, -2, \`three\`] }
export const tag = Symbol('tag')
export const readTag = o => o[tag]
const secret = Symbol('secret')
export const secretTag = () => secret
export const readSecret = o => o[secret]
export const table = { inner: { list: [1] } }
export const fixed = Object.freeze({ mode: 'fixed' })
export const methods = { one() { return 1 } }
export const cache = new Map()
export let current = { n: 1 }
export const advance = () => { current = { n: 2 } }
export const made = { at: process.pid }
const counter = () => { let n = 0; return () => ++n }
export const count = counter()
const handlers = new Set()
const register = value => (handlers.add(value), value)
export const handler = register(() => 'handled')
export const isHandler = value => handlers.has(value)
export const { taken } = { taken: () => 'taken' }
`,
  'mixins.js': `
export const mixin = Base => class extends Base {}
export const keyed = Base => class extends Base { #n = 0; next() { return ++this.#n } }
`,
  'mixed.js': `
import { keyed, mixin } from './mixins.js'
export const Mixed = mixin(Object)
export const isMixed = value => value instanceof Mixed
export const Keyed = keyed(Mixed)
export default mixin(Array)
`,
  'keyed.js': "import * as mixed from './mixed.js'\nexport const isKeyed = value => value instanceof mixed.Keyed\n",
  'round.js': 'const circle = { radius: 1 }\nexport { circle as round }\n',
  'index.js': "export * from './shapes.js'\nexport { round } from './round.js'\n",
  'node_modules/tagged/package.json': '{"name":"tagged","version":"1.0.0","type":"module","exports":"./index.js"}',
  'node_modules/tagged/index.js':
    "export const packageTag = Symbol('packageTag')\nexport const readPackageTag = o => o[packageTag]\n",
  'main.js': `
import { writeFileSync } from 'node:fs'
import { dumps } from 'modulepickle'
import { advance, cache, count, current, fixed, handler, isHandler, made, methods, taken, readSecret, readTag, round, secretTag, shape, table, tag } from './index.js'
import * as all from './index.js'
import Anonymous, { isMixed, Keyed, Mixed } from './mixed.js'
import { isKeyed } from './keyed.js'
import { packageTag, readPackageTag } from 'tagged'
${cases}
cache.set('filled', true)
count()
advance()
const warnings = {}
let name
process.on('warning', warning => { if (warning.name === 'ModulePickleWarning') warnings[warning.message] = warning.code })
const pickles = {}
for (name of Object.keys(cases)) pickles[name] = Buffer.from(dumps(cases[name][0]())).toString('base64')
await new Promise(setImmediate)
const checks = Object.fromEntries(Object.entries(cases).map(([name, [, check]]) => [name, String(check)]))
writeFileSync(process.argv[2], JSON.stringify({ pickles, checks }))
console.log(JSON.stringify(warnings))
`,
}

const receive = `
import { readFileSync } from 'node:fs'
import { loads } from 'modulepickle'
const { pickles, checks } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const outcomes = {}
for (const [name, pickle] of Object.entries(pickles)) {
  try {
    outcomes[name] = (0, eval)(checks[name])(await loads(Buffer.from(pickle, 'base64')))
  } catch (error) {
    outcomes[name] = String(error)
  }
}
console.log(JSON.stringify(outcomes))
`

suite('what a module holds, as a value and by its name', () => {
  let outcomes: Record<string, unknown>
  let warnings: Record<string, string>
  const from = new Project(sender)
  const to = new Project({
    'package.json': '{"name":"receiver","type":"module"}',
    'receive.js': receive,
    'node_modules/tagged/package.json': sender['node_modules/tagged/package.json'],
    'node_modules/tagged/index.js': sender['node_modules/tagged/index.js'],
  })

  before(async () => {
    from.installModulepickle()
    to.installModulepickle()
    const pickles = to.path('pickles.json')
    const sent = await from.run('plain ESM', 'main.js', [pickles])
    assert.equal(sent.code, 0, sent.stderr)
    warnings = JSON.parse(sent.stdout) as Record<string, string>
    const received = await to.run('plain ESM', 'receive.js', [pickles])
    assert.equal(received.code, 0, received.stderr)
    outcomes = JSON.parse(received.stdout) as Record<string, unknown>
  })

  after(() => {
    from.remove()
    to.remove()
  })

  for (const [, name] of cases.matchAll(/^ {2}'(.*?)':/gm)) test(name!, () => assert.equal(outcomes[name!], true))

  test('where there are two of it, a warning names it', () => {
    assert.deepEqual(new Set(Object.values(warnings)), new Set(['WARN_VALUE_COPIED']))
    const named = Object.keys(warnings).map(message =>
      /^The (?:object|function) that (\w+) of (\S+) /.exec(message)?.slice(1),
    )
    assert.deepEqual(named.map(String).toSorted(), [
      'cache,index.js',
      'count,index.js',
      'current,index.js',
      'made,index.js',
    ])
  })
})
