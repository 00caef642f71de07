/**
 * The whole path on the hard sender: a nested closure in TypeScript whose module imports modulepickle itself, an installed
 * package and a workspace package that is built into a git-ignored directory; received on Node 20 by a process that has none
 * of the sources.
 */
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { nodeOfMajor, Project, repository, runNode, type Loader } from '../support/project.ts'
import { unlessNode } from '../support/requirements.ts'

const fixture = path.join(repository, 'test/fixtures/skeleton')
const node20 = nodeOfMajor(20)

interface Failure {
  name: string
  message: string
  code?: string
  stack: string
}

interface Report {
  good: boolean
  calls: number[]
  oneInstance: boolean
  overLimit: Failure
  notARow: Failure
}

function createSender(type: 'module' | 'commonjs'): Project {
  const project = new Project({
    'package.json': JSON.stringify({ name: 'app', private: true, type, workspaces: ['packages/*'] }),
    '.gitignore': 'dist/\nnode_modules/\n',
    'packages/rules/dist/index.js': 'export const weigh = value => value / 10\n',
  })
  cpSync(fixture, project.directory, { recursive: true })
  project.installModulepickle()
  project.install('zod')
  project.install('@acme/rules', '../../packages/rules')
  return project
}

/** The line of a fixture that ends in the given comment. */
function lineOf(file: string, comment: string): number {
  const lines = readFileSync(path.join(fixture, file), 'utf8').split('\n')
  return 1 + lines.findIndex(line => line.endsWith(`// ${comment}`))
}

for (const loader of ['tsx ESM', 'tsx CommonJS', 'type stripping'] satisfies Loader[]) {
  suite(`from ${loader} to Node 20`, { skip: unlessNode(20) }, () => {
    let sender: Project
    let receiver: Project
    let report: Report

    before(async () => {
      sender = createSender(loader === 'tsx CommonJS' ? 'commonjs' : 'module')
      receiver = new Project({ 'package.json': '{"name":"receiver","type":"module"}' })
      receiver.installModulepickle()
      receiver.install('zod')
      const pickle = receiver.path('call.pkl')
      const sent = await sender.run(loader, 'main.ts', [pickle])
      assert.equal(sent.code, 0, sent.stderr)
      sender.remove()
      cpSync(path.join(fixture, 'receive.mjs'), receiver.path('receive.mjs'))
      mkdirSync(receiver.path('cache'), { mode: 0o700 })
      const env = { MODULEPICKLE_CACHE: receiver.path('cache') }
      const received = await runNode(node20!, [receiver.path('receive.mjs'), pickle], { cwd: receiver.directory, env })
      assert.equal(received.code, 0, received.stderr)
      report = JSON.parse(received.stdout) as Report
    })

    after(() => receiver.remove())

    test('the closure runs there with its imports, and keeps its own state', () => {
      assert.equal(report.good, true)
      assert.deepEqual(report.calls, [1, 2])
    })

    test('shipped code that imports modulepickle gets the receiver’s own instance', () => {
      assert.equal(report.oneInstance, true)
    })

    test('an error thrown by the closure shows its line in the sender’s source', () => {
      const { name, message, stack } = report.overLimit
      assert.deepEqual([name, message], ['RangeError', 'c is over the limit'])
      assert.match(stack, new RegExp(`main\\.ts:${lineOf('main.ts', 'thrown here')}:\\d+`))
    })

    test('an error thrown by a module shows its line in the sender’s source', () => {
      const { code, stack } = report.notARow
      assert.equal(code, 'BAD_ROW')
      assert.match(stack, new RegExp(`eval/score\\.ts:${lineOf('eval/score.ts', 'refused here')}:\\d+`))
    })
  })
}
