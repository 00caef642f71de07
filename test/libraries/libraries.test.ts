/**
 * What libraries make (schemas, programs, routers, curried functions) works on another end that has the same libraries, also
 * shipped onwards from there; of the libraries only state travels.
 */
import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { nodeOfMajor, Project, repository, runNode } from '../support/project.ts'
import { unless, unlessNode } from '../support/requirements.ts'

const fixture = path.join(repository, 'test/fixtures/libraries/main.mjs')
const names = [...readFileSync(fixture, 'utf8').matchAll(/^ *cases\['(.*?)'\]/gm)].map(match => match[1]!)
const installed = path.join(repository, 'test/libraries/node_modules')

/** Far less than the libraries' own code. */
const mostBytes: Readonly<Record<string, number>> = {
  'lodash chain': 5_000,
  'lodash curry': 20_000,
  'express app': 50_000,
  commander: 20_000,
  'zod 4 parse': 160_000,
}

for (const major of [20, 24] as const) {
  const skip = unlessNode(major) || unless(existsSync(installed), 'lodash', 'Run `npm ci` in test/libraries.')
  suite(`libraries on Node ${major}`, { skip }, () => {
    const node = nodeOfMajor(major)!
    let sender: Project
    let receiver: Project
    let outcomes: Record<string, string>
    let onwards: Record<string, string>
    const sizes = new Map<string, number>()

    const run = async (project: Project, program: string, ...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await runNode(node, [project.path(program), ...args], {
        cwd: project.directory,
        env: { MODULEPICKLE_CACHE: receiver.path('cache') },
      })
      assert.equal(code, 0, stderr)
      return stdout
    }

    before(async () => {
      sender = new Project({ 'package.json': '{"name":"app","type":"module"}' })
      receiver = new Project({ 'package.json': '{"name":"receiver","type":"module"}' })
      for (const project of [sender, receiver]) {
        project.installModulepickle()
        for (const name of readdirSync(installed).filter(each => /^\w/.test(each)))
          project.install(name, path.join(installed, name))
      }
      mkdirSync(receiver.path('cache'), { mode: 0o700 })
      cpSync(fixture, sender.path('main.mjs'))
      for (const program of ['values/relay.mjs', 'closures/receive.mjs']) {
        cpSync(path.join(repository, 'test/fixtures', program), receiver.path(path.basename(program)))
      }
      await run(sender, 'main.mjs', receiver.path('first.json'))
      sender.remove()
      const pickles = JSON.parse(readFileSync(receiver.path('first.json'), 'utf8')) as [string, string][]
      for (const [name, text] of pickles) sizes.set(name, Buffer.from(text, 'base64').length)
      outcomes = JSON.parse(await run(receiver, 'receive.mjs', receiver.path('first.json'))) as typeof outcomes
      await run(receiver, 'relay.mjs', receiver.path('first.json'), receiver.path('second.json'))
      onwards = JSON.parse(await run(receiver, 'receive.mjs', receiver.path('second.json'))) as typeof outcomes
    })

    after(() => receiver.remove())

    for (const name of names) {
      test(name, () => assert.equal(outcomes[name], 'ok'))
      test(`${name}, shipped onwards`, () => assert.equal(onwards[name], 'ok'))
    }
    for (const [name, most] of Object.entries(mostBytes)) {
      test(`${name} takes less than ${most} bytes`, () => assert.ok(sizes.get(name)! < most, String(sizes.get(name))))
    }
  })
}
