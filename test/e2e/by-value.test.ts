/**
 * registerPickleByValue: modules that the other end could not, or should not, import by name.
 */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { Project, runNode, type Loader } from '../support/project.ts'

const helpers = `
import { base } from './base.ts'
let calls = 0
const cache = new Map<string, number>()
export function count(text: string): number {
  calls++
  cache.set(text, calls)
  return base + calls
}
export class Box { value: number; constructor(value: number) { this.value = value } double() { return this.value * 2 + calls } }
export const seen = () => [...cache.keys()]
`

const main = `
import { writeFileSync } from 'node:fs'
import { dumps, registerPickleByValue, unregisterPickleByValue } from 'modulepickle'
import { registerPickleByValue as ofCloudpickle } from 'modulepickle/cloudpickle'
import { Box, count, seen } from './helpers.ts'
import * as helpers from './helpers.ts'
import * as pure from 'pure'
import { shout } from 'pure/loud.js'
import * as all from 'pure/all.js'

count('here')
const box = new Box(4)
const f = () => [count('there'), count('again'), seen(), box.double(), box instanceof Box]
const byNamespace = () => helpers.count('there')
const library = () => [shout('hi'), pure.whisper('HO'), pure.shout === shout]
const throughBarrel = () => [all.shout('a'), all.loud.shout('b'), all.inner.loud === all.loud]
const by = (value: unknown) => Buffer.from(dumps(value)).toString('base64')
const url = new URL('./helpers.ts', import.meta.url)
const pickles: Record<string, string> = {}
pickles.before = by({ f, library })
registerPickleByValue(url)
ofCloudpickle('pure')
pickles.registered = by({ f, byNamespace, library, throughBarrel })
const outcome = [unregisterPickleByValue(url.href), unregisterPickleByValue('pure'), unregisterPickleByValue('pure')]
pickles.after = by({ f, library })
const wrong = ['./helpers.ts', 'node:fs', 'file:///not/there.js', 'nowhere/to/be/found', 'not-there', 5, undefined] as string[]
const refused = wrong.map(each => {
  try { registerPickleByValue(each) } catch (error) { return [(error as { code: string }).code, (error as Error).message] }
})
writeFileSync(process.argv[2]!, JSON.stringify({ pickles, outcome, refused }))
`

const receive = `
import { readFileSync } from 'node:fs'
import { loads } from 'modulepickle'
const { pickles } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const { f, byNamespace, library, throughBarrel } = await loads(Buffer.from(pickles.registered, 'base64'))
console.log(JSON.stringify([f(), byNamespace(), library(), throughBarrel()]))
`

const pure = {
  'node_modules/pure/package.json':
    '{"name":"pure","version":"1.0.0","type":"module","exports":{".":"./index.js","./*":"./*"}}',
  // Nothing of these modules is their own.
  'node_modules/pure/all.js': "export * from './inner.js'\nexport * as inner from './inner.js'\n",
  'node_modules/pure/inner.js': "import * as loud from './loud.js'\nexport * from './loud.js'\nexport { loud }\n",
  'node_modules/pure/index.js':
    "export { shout } from './loud.js'\nexport const whisper = text => text.toLowerCase()\n",
  'node_modules/pure/loud.js': "const mark = '!'\nexport function shout(text) { return text.toUpperCase() + mark }\n",
}

for (const loader of ['type stripping', 'tsx ESM', 'tsx CommonJS'] satisfies Loader[]) {
  suite(`modules registered to travel by value, under ${loader}`, () => {
    let sender: Project
    let receiver: Project
    let sent: { pickles: Record<string, string>; outcome: boolean[]; refused: [string, string][] }

    before(async () => {
      const type = loader === 'tsx CommonJS' ? 'commonjs' : 'module'
      const project = {
        'package.json': JSON.stringify({ name: 'app', type }),
        'main.ts': main,
        'helpers.ts': helpers,
        'base.ts': 'export const base = 100\n',
      }
      sender = new Project({ ...project, ...pure })
      receiver = new Project({ 'package.json': '{"name":"receiver","type":"module"}', 'receive.js': receive })
      sender.installModulepickle()
      receiver.installModulepickle()
      mkdirSync(receiver.path('cache'), { mode: 0o700 })
      const { code, stderr } = await sender.run(loader, 'main.ts', [receiver.path('sent.json')])
      assert.equal(code, 0, stderr)
      sent = JSON.parse(readFileSync(receiver.path('sent.json'), 'utf8')) as typeof sent
    })

    after(() => {
      sender.remove()
      receiver.remove()
    })

    test('they need not be there on the other end, and bring their state', async () => {
      const { code, stdout, stderr } = await runNode(
        process.execPath,
        [receiver.path('receive.js'), receiver.path('sent.json')],
        {
          cwd: receiver.directory,
          env: { MODULEPICKLE_CACHE: receiver.path('cache') },
        },
      )
      assert.equal(code, 0, stderr)
      assert.deepEqual(JSON.parse(stdout), [
        [102, 103, ['here', 'there', 'again'], 11, true],
        104,
        ['HI!', 'ho', true],
        ['A!', 'B!', true],
      ])
    })

    test('before and after, they travel by name', () => {
      assert.equal(sent.pickles['after'], sent.pickles['before'])
      assert.notEqual(sent.pickles['registered'], sent.pickles['before'])
      const text = Buffer.from(sent.pickles['registered']!, 'base64').toString('latin1')
      assert.ok(!text.includes('npm:pure'))
    })

    test('taking it back tells whether it had been said', () => assert.deepEqual(sent.outcome, [true, true, false]))

    test('what cannot be meant is refused with advice', () => {
      assert.deepEqual(
        sent.refused.map(([code]) => code),
        Array(7).fill('ERR_MODULE_NOT_FOUND'),
      )
      assert.match(sent.refused[0]![1], /import\.meta\.resolve/)
      assert.match(sent.refused[4]![1], /^not-there cannot be made to travel by value: there is no such package here/)
      assert.match(sent.refused[5]![1], /^A number cannot/)
    })
  })
}
