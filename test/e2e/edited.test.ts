/** A module that is edited while the program runs: what calls of the new code give, in a process that has the old one loaded. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { Project } from '../support/project.ts'

interface Told {
  readonly code?: string
  readonly message?: string
  readonly stack?: string
  readonly leftOut?: readonly string[]
  readonly value?: unknown
  readonly warnings: readonly string[]
}

const program = `
import { writeFileSync } from 'node:fs'
import { connect } from 'modulepickle'
const save = (text, name = 'service') => writeFileSync(new URL('./lib/' + name + '.js', import.meta.url), text)
save('export const format = n => "old " + n\\nexport class Row { #id = 1 }\\nexport function load() { return format }\\n')
const service = await import('./lib/service.js')
const { load } = service
const warnings = []
process.on('warning', ({ code, message }) => warnings.push(code + ' ' + message))
const seen = {}
const pool = await connect(process.argv[2], { changed: process.argv[3] })
const attempt = async (what, text, call = () => pool.run(load), use = value => value) => {
  if (text) save(text)
  warnings.length = 0
  const told = await call().then(
    value => ({ value: use(value) }),
    ({ code, message, stack, leftOut, cause, detail }) => ({ code, message, stack, leftOut, cause: cause && { ...cause, message: cause.message }, detail }),
  )
  await new Promise(resolve => setImmediate(resolve))
  seen[what] = { ...told, warnings: [...warnings] }
}
const old = pool.remote(load)
await attempt('unedited', undefined, undefined, format => format(1))
const NotFound = 'class NotFound extends Error {}\\nexport '
await attempt('new class', NotFound + 'function load() {\\n  throw Object.assign(new NotFound("no row 42"), { code: "E_ROW", detail: { row: 42 } })\\n}\\n')
await attempt('yielded', undefined, async () => {
  for await (const error of pool.map(load, [1], { errors: 'yield' })) throw error
})
await attempt('as a cause', NotFound + 'function load() { throw new Error("outer", { cause: new NotFound("inner") }) }\\n')
save('export class Other extends Error {}\\n', 'other')
await attempt('of a new file', 'import { Other } from "./other.js"\\nexport function load() { throw new Other("elsewhere") }\\n', undefined)
await attempt('new helper', 'const help = () => "new"\\nexport function load() { return help }\\n')
await attempt('new private state', 'export class Row { #id = 1; #name = 2; get name() { return this.#name } }\\nexport function load() { return new Row }\\n')
const edited = 'export const format = n => "new " + n\\nexport function load() { return format }\\n'
await attempt('function', edited, undefined, format => format(1))
await attempt('function again', undefined, undefined, format => format(1))
await attempt('function of the old code', undefined, old, format => format(1))
await attempt('data', undefined, () => pool.with({ allow: 'data' }).run(load))
await pool.close()
console.log(JSON.stringify(seen))
`

suite('what comes back of a module that was edited after the program loaded it', () => {
  for (const target of ['local:', 'inline:']) {
    suite(target, () => {
      let seen: Readonly<Record<string, Told>>
      let refused: Readonly<Record<string, Told>>
      const project = new Project({
        'package.json': JSON.stringify({ name: 'edited', type: 'module' }),
        'main.js': program,
        'lib/service.js': '',
      })
      const run = async (...args: string[]): Promise<Readonly<Record<string, Told>>> => {
        const { stdout, stderr } = await project.run('plain ESM', 'main.js', [target, ...args])
        assert.ok(stdout.startsWith('{'), stdout + stderr)
        return JSON.parse(stdout) as Readonly<Record<string, Told>>
      }

      before(async () => {
        project.installModulepickle()
        seen = await run('warn')
        refused = await run('refuse')
      })
      after(() => project.remove())

      test('an error of a class that is new keeps its message, its stack and its data', () => {
        for (const what of ['new class', 'yielded']) {
          const { message, code, stack = '', leftOut = [], ...others } = seen[what]!
          assert.deepEqual(
            [message, code, (others as { detail?: unknown }).detail],
            ['no row 42', 'E_ROW', { row: 42 }],
          )
          assert.match(stack, /^Error: no row 42\n {4}at load \(\S*lib\/service\.js:3:\d+\)/)
          assert.equal(leftOut.length, 1)
          assert.match(leftOut[0]!, /^its class NotFound \(\S*lib\/service\.js was edited after this program loaded it/)
        }
      })

      test('a cause of a class that is new is told, too', () => {
        const { message, cause } = seen['as a cause'] as Told & { cause: Told }
        assert.deepEqual([message, cause.message], ['outer', 'inner'])
        assert.match(cause.leftOut?.[0] ?? '', /^its class NotFound \(/)
      })

      test('a class of a module that was not loaded before comes as it is', () => {
        const { message, leftOut } = seen['of a new file']!
        assert.deepEqual([message, leftOut], ['elsewhere', undefined])
      })

      test('a result that names what is new says which file was edited', () => {
        for (const what of ['new helper', 'new private state']) {
          assert.equal(seen[what]!.code, 'ERR_GLOBAL_UNKNOWN')
          assert.match(seen[what]!.message!, /lib\/service\.js was edited after this program loaded it.* Restart/s)
        }
      })

      test('a function of the old code here, for one of the new code there, comes with one warning', () => {
        const { value, warnings } = seen['function']!
        assert.equal(value, 'old 1')
        assert.equal(warnings.length, 1)
        assert.match(warnings[0]!, /^ERR_CODE_CHANGED \S*lib\/service\.js has changed since this program loaded it/)
        assert.deepEqual(seen['function again']!.warnings, [])
      })

      test('nothing is said where the code that ran is the one that is loaded', () => {
        for (const what of ['unedited', 'function of the old code'])
          assert.deepEqual([seen[what]!.value, seen[what]!.warnings], ['old 1', []])
      })

      test('it can be refused', () => {
        assert.equal(refused['unedited']!.value, 'old 1')
        assert.equal(refused['function']!.code, 'ERR_CODE_CHANGED')
      })
    })
  }
})
