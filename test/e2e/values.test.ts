/**
 * What else a live program holds, from one process to a fresh one and onwards to a third: it does there what it would do here.
 */
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { nodeOfMajor, Project, repository, runNode } from '../support/project.ts'
import { unlessNode } from '../support/requirements.ts'

const fixture = path.join(repository, 'test/fixtures/values')
const names = [...readFileSync(path.join(fixture, 'main.mjs'), 'utf8').matchAll(/^ *cases\['(.*?)'\]/gm)].map(
  m => m[1]!,
)

for (const major of [20, 24, 26] as const) {
  suite(`on Node ${major}`, { skip: unlessNode(major) }, () => {
    const node = nodeOfMajor(major)!
    let sender: Project
    let receiver: Project
    let outcomes: Record<string, string>
    let onwards: Record<string, string>

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
      for (const project of [sender, receiver]) project.installModulepickle()
      mkdirSync(receiver.path('cache'), { mode: 0o700 })
      cpSync(path.join(fixture, 'main.mjs'), sender.path('main.mjs'))
      for (const program of ['values/relay.mjs', 'closures/receive.mjs']) {
        cpSync(path.join(repository, 'test/fixtures', program), receiver.path(path.basename(program)))
      }
      await run(sender, 'main.mjs', receiver.path('first.json'))
      sender.remove()
      outcomes = JSON.parse(await run(receiver, 'receive.mjs', receiver.path('first.json'))) as typeof outcomes
      await run(receiver, 'relay.mjs', receiver.path('first.json'), receiver.path('second.json'))
      onwards = JSON.parse(await run(receiver, 'receive.mjs', receiver.path('second.json'))) as typeof outcomes
    })

    after(() => receiver.remove())

    for (const name of names) {
      test(name, () => assert.equal(outcomes[name], 'ok'))
      test(`${name}, shipped onwards`, () => assert.equal(onwards[name], 'ok'))
    }
  })
}
