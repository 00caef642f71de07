/** Functions of programs that are not files. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { after, before, suite, test } from 'node:test'
import { Project, runNode } from '../support/project.ts'

suite('functions of evaluated programs', () => {
  let project: Project

  before(() => {
    project = new Project({
      'package.json': '{"name":"evaluated","type":"module"}',
      'lib.js': 'export const plus = n => n + 1\n',
    })
    project.installModulepickle()
  })

  after(() => project.remove())

  test('an ECMAScript module given to -e', async () => {
    const program = `
      import { dumps, loads } from 'modulepickle'
      const factor = 2
      const f = await loads(dumps(async n => (await import('./lib.js')).plus(n) * factor))
      console.log(await f(4))`
    const { stdout, stderr } = await runNode(process.execPath, ['--input-type=module', '-e', program], {
      cwd: project.directory,
    })
    assert.equal(stdout, '10\n', stderr)
  })

  test('a script given to -e', async () => {
    const program = `
      const { dumps, loads } = require('modulepickle')
      const factor = 2
      loads(dumps(n => require('node:path').basename('/a/' + n * factor))).then(f => console.log(f(4)))`
    const { stdout, stderr } = await runNode(process.execPath, ['--input-type=commonjs', '-e', program], {
      cwd: project.directory,
    })
    assert.equal(stdout, '8\n', stderr)
  })

  test('lines typed into the REPL', async () => {
    const repl = spawn(process.execPath, ['-i'], { cwd: project.directory, stdio: ['pipe', 'pipe', 'inherit'] })
    repl.stdin.end(
      "const { dumps, loads } = require('modulepickle')\nconst factor = 2\nloads(dumps(n => n * factor)).then(f => console.log('f(4) is', f(4)))\n",
    )
    let output = ''
    for await (const chunk of repl.stdout) output += String(chunk)
    assert.match(output, /f\(4\) is 8/)
  })

  test('what lines typed into the REPL share is shared in another process, and in the next one', async () => {
    const lines = `
const { dumps } = require('modulepickle')
let n = 5
var factor = 2
function twice(x) { return x * factor }
const fs = require('node:fs')
class Point { constructor(x) { this.x = x } double() { return twice(this.x) } }
const later = () => notYet()
function notYet() { return typeof fs.readFileSync + n }
const increase = () => ++n
const read = () => n
const point = new Point(4)
fs.writeFileSync('typed.pkl', dumps([twice, increase, read, later, point]))
`
    const typed = await runNode(process.execPath, ['-i'], { cwd: project.directory, input: lines })
    assert.equal(typed.code, 0, typed.stderr)
    const program = `
      import { readFileSync } from 'node:fs'
      import { dumps, loads } from 'modulepickle'
      const once = await loads(readFileSync('typed.pkl'))
      for (const [twice, increase, read, later, point] of [once, await loads(dumps(once))]) {
        console.log(twice(4), increase(), read(), later(), point.double())
      }`
    const { stdout, stderr } = await runNode(process.execPath, ['--input-type=module', '-e', program], {
      cwd: project.directory,
    })
    assert.equal(stdout, '8 6 6 function6 8\n8 6 6 function6 8\n', stderr)
  })
})
