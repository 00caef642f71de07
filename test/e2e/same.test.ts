/** Functions that are easily made into something else on the way: what they compute is the same here and there. */
import assert from 'node:assert/strict'
import { cpSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { nodeOfMajor, Project, repository, runNode } from '../support/project.ts'
import { unlessNode } from '../support/requirements.ts'

const fixture = path.join(repository, 'test/fixtures/same')

for (const main of ['main.mjs', 'main.cjs']) {
  const program = readFileSync(path.join(fixture, main), 'utf8')
  const names = [...program.matchAll(/^ {2}'?(.*?)'?: \[(?:$|\(\) =>)/gm)].map(match => match[1]!)

  for (const major of [20, 24] as const) {
    suite(`${main} on Node ${major}`, { skip: unlessNode(major) }, () => {
      let project: Project
      let outcomes: Record<string, [there: string, here: string]>

      before(async () => {
        project = new Project({ 'package.json': '{"name":"same"}' })
        cpSync(fixture, project.directory, { recursive: true })
        project.installModulepickle()
        const { stdout, stderr, code } = await runNode(nodeOfMajor(major)!, [project.path(main)], {
          cwd: project.directory,
        })
        assert.equal(code, 0, stderr)
        outcomes = JSON.parse(stdout) as typeof outcomes
        assert.deepEqual(Object.keys(outcomes), names)
      })

      after(() => project.remove())

      for (const name of names) {
        test(name, () => {
          const [there, here] = outcomes[name]!
          assert.equal(there, here)
        })
      }
    })
  }
}
