/**
 * Warnings about what a pickle takes along: with a code, the path or place, and once.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { Project } from '../support/project.ts'

const main = `
import { dumps } from 'modulepickle'
import { state } from 'stateful'

const warnings: [string | undefined, string][] = []
process.on('warning', ({ code, name, message }: Error & { code?: string }) => {
  if (name === 'ModulePickleWarning') warnings.push([code, message])
})
const outcomes: Record<string, [string | undefined, string][]> = {}
async function during(name: string, work: () => unknown): Promise<void> {
  work()
  await new Promise(setImmediate)
  outcomes[name] = warnings.splice(0)
}

const token = process.env.SERVICE_TOKEN
const config = { client: { auth: ['x', process.env['db_password']] } }
const nothing = [process.env.SHORT_KEY, process.env.MONKEY, process.env.HOME]
await during('a secret in a closure', () => dumps(() => token))
await during('a secret deep inside', () => dumps({ run: () => config }))
await during('a secret as a key', () => dumps({ [process.env['MY_API_KEY']!]: 1 }))
await during('the same secret again', () => dumps(() => token))
await during('no secret', () => dumps(() => nothing))

const large = Buffer.alloc(8_000_000)
const rows = Array.from({ length: 300_000 }, (_, index) => 'row number ' + index)
const small = 'small'
await during('a large capture', () => dumps({ job: () => [large, rows, small] }))
await during('large arguments', () => dumps({ data: Buffer.alloc(12_000_000) }))
const inner = () => large
await during('a large capture inside another', () => dumps([() => inner(), () => rows]))

let counter = 0
const count = () => ++counter
let once = 1
once = 2
let best = 0
const note = (value: number) => { best = value }
await during('state that functions change', () => dumps(count))
await during('state that functions change, again', () => dumps(() => counter))
await during('a variable that only the top level changes', () => dumps(() => once))
await during('state that another function changes', () => { note(1); dumps(() => best) })
await during('state of a function', () => dumps((() => { let n = 0; return () => ++n })()))
await during('state of a package', () => dumps(state()))
console.log(JSON.stringify(outcomes))
`

const stateful = {
  'node_modules/stateful/package.json': '{"name":"stateful","version":"1.0.0","type":"module","exports":"./index.js"}',
  'node_modules/stateful/index.js': `let calls = 0
export function state() {
  const own = {}
  return () => [own, ++calls]
}
`,
}

suite('warnings', () => {
  let project: Project
  let outcomes: Record<string, [code: string, message: string][]>

  before(async () => {
    project = new Project({ 'package.json': '{"name":"app","type":"module"}', 'main.ts': main, ...stateful })
    project.installModulepickle()
    const { code, stdout, stderr } = await project.run('type stripping', 'main.ts', [], {
      SERVICE_TOKEN: 'abcdefgh',
      db_password: 'correct horse',
      MY_API_KEY: 'key-number-1',
      SHORT_KEY: 'abcdefg',
      MONKEY: 'banana-banana',
      NODE_OPTIONS: '--no-warnings',
    })
    assert.equal(code, 0, stderr)
    outcomes = JSON.parse(stdout) as typeof outcomes
  })

  after(() => project.remove())

  const warns = (name: string, code: string, ...messages: RegExp[]): void => {
    test(name, () => {
      assert.deepEqual(
        outcomes[name]!.map(([found]) => found),
        messages.map(() => code),
      )
      for (const [index, message] of messages.entries()) assert.match(outcomes[name]![index]![1], message)
    })
  }
  const isQuiet = (name: string): void => {
    test(`${name}: no warning`, () => assert.deepEqual(outcomes[name], []))
  }

  warns('a secret in a closure', 'WARN_SECRET_CAPTURED', /SERVICE_TOKEN, at value\{token\}/)
  warns('a secret deep inside', 'WARN_SECRET_CAPTURED', /db_password, at run\{config\}\.client\.auth\[1\]/)
  warns('a secret as a key', 'WARN_SECRET_CAPTURED', /MY_API_KEY/)
  isQuiet('the same secret again')
  isQuiet('no secret')
  warns('a large capture', 'WARN_CAPTURE_LARGE', /job\{large\} \(8\.0 MB\), job\{rows\} \(\d\.\d MB\)\. /)
  isQuiet('large arguments')
  warns('a large capture inside another', 'WARN_CAPTURE_LARGE', /\[0\]\{inner\}\{large\} \(8\.0 MB\), \[1\]\{rows\}/)
  warns('state that functions change', 'WARN_STATE_COPIED', /counter of main\.ts/)
  isQuiet('state that functions change, again')
  isQuiet('a variable that only the top level changes')
  warns('state that another function changes', 'WARN_STATE_COPIED', /best of main\.ts/)
  isQuiet('state of a function')
  warns('state of a package', 'WARN_STATE_COPIED', /calls of node_modules/)
})
