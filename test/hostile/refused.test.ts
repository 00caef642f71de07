/** What cannot be pickled fails at dumps: with a code, the path to it, and what to do instead. */
import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { Project, repository } from '../support/project.ts'

interface Refusal {
  code: string
  path: string
  message: string
}

const expected: Readonly<Record<string, [code: string, path: string | undefined, message: RegExp]>> = {
  'a socket, by its path': ['ERR_UNPICKLABLE', 'args[0].config.client.socket', /node:net.*other end/],
  'a socket in a captured variable': ['ERR_UNPICKLABLE', 'f{config}.client.socket', /node:net/],
  'a running generator': ['ERR_UNPICKLABLE', 'running', /generator.*(array|function)/],
  'a pending promise': ['ERR_UNPICKLABLE', 'later', /[Aa]wait/],
  'a class with a field of a computed key': ['ERR_CAPTURE_UNSUPPORTED', 'value', /main\.mjs:\d+:\d+.*key of a field/],
  'an instance of such a class': ['ERR_CAPTURE_UNSUPPORTED', 'deep[0]', /key of a field/],
  'an instance with private members of an installed class': [
    'ERR_CAPTURE_UNSUPPORTED',
    'closed[0]',
    /Closed has private members.*runs its code/,
  ],
  'an instance with private members of a frozen class': ['ERR_CAPTURE_UNSUPPORTED', 'frozen', /Frozen.*is frozen/],
  'a function with private members of an installed class': [
    'ERR_CAPTURE_UNSUPPORTED',
    'value{private members}',
    /private members of Closed, which is not changed/,
  ],
  'a private member behind an optional one': ['ERR_CAPTURE_UNSUPPORTED', 'parts', /behind `\?\.`: #own/],
  'a private method': ['ERR_CAPTURE_UNSUPPORTED', 'value', /is a private method: #hidden/],
  'an instance that is not complete': ['ERR_CAPTURE_UNSUPPORTED', 'value', /#second of Partial.*initialised/],
  'an iterator of an array': ['ERR_UNPICKLABLE', 'iterator', /array/],
  'an AsyncLocalStorage': ['ERR_UNPICKLABLE', 'storage', /AsyncLocalStorage/],
  'shared memory': ['ERR_UNPICKLABLE', 'memory', /slice/],
  'a timer': ['ERR_UNPICKLABLE', 'timer', /Timeout/],
  'a this that is not there yet': ['ERR_CAPTURE_UNSUPPORTED', 'value', /main\.mjs:\d+:\d+.*`this` is not there yet/],
  'private members on what is no instance': ['ERR_CAPTURE_UNSUPPORTED', undefined, /private members of Stamp/],
  'what eval() declared': ['ERR_CAPTURE_UNSUPPORTED', 'value', /`extra` is a variable that eval\(\) declared/],
  'what eval() made': ['ERR_CAPTURE_UNSUPPORTED', 'value', /`local` is a variable outside of its script/],
  'code in a with statement': ['ERR_CAPTURE_UNSUPPORTED', 'value', /`with` statement/],
  'super in a literal inside the method': ['ERR_CAPTURE_UNSUPPORTED', 'value', /whose `super` it uses/],
  'super() in an arrow': ['ERR_CAPTURE_UNSUPPORTED', 'value', /`super\(\)` of the code around/],
  'eval() beside what cannot travel': ['ERR_UNPICKLABLE', 'value{config}.client.socket', /node:net/],
}

suite('dumps refuses', () => {
  let project: Project
  let outcomes: Record<string, Refusal>

  before(async () => {
    project = new Project({ 'package.json': '{"name":"refused"}' })
    cpSync(path.join(repository, 'test/fixtures/refused'), project.directory, { recursive: true })
    project.installModulepickle()
    project.write({
      'node_modules/closed/package.json': '{"name":"closed","version":"1.0.0","main":"index.js"}',
      'node_modules/closed/index.js':
        'exports.Closed = class Closed extends Object { #n = 1; constructor() { super(Date.now()) } next() { return this.#n++ } static reader() { return o => o.#n } }',
    })
    const { stdout, stderr, code } = await project.run('plain ESM', 'main.mjs')
    assert.equal(code, 0, stderr)
    outcomes = JSON.parse(stdout) as Record<string, Refusal>
  })

  after(() => project.remove())

  for (const [name, [code, where, message]] of Object.entries(expected)) {
    test(name, () => {
      assert.deepEqual([outcomes[name]?.code, outcomes[name]?.path], [code, where])
      assert.match(outcomes[name]!.message, message)
    })
  }
})
