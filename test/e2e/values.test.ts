/**
 * What else a live program holds, from one process to a fresh one and onwards to a third: it does there what it would do here.
 */
import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { CaseReceiver, caseNames, type Outcomes } from '../support/cases.ts'
import { nodeOfMajor, Project, repository } from '../support/project.ts'
import { unlessNode } from '../support/requirements.ts'

const program = path.join(repository, 'test/fixtures/values/main.mjs')

for (const major of [20, 24, 26] as const) {
  suite(`on Node ${major}`, { skip: unlessNode(major) }, () => {
    let receiver: CaseReceiver
    let outcomes: Outcomes
    let onwards: Outcomes

    before(async () => {
      const sender = new Project({ 'package.json': '{"name":"app","type":"module"}' })
      sender.installModulepickle()
      cpSync(program, sender.path('main.mjs'))
      receiver = new CaseReceiver(nodeOfMajor(major))
      await receiver.take(sender, 'plain ESM', 'main.mjs', 'pickles.json')
      outcomes = await receiver.outcomes('pickles.json', 'onwards.json')
      onwards = await receiver.outcomes('onwards.json')
    })

    after(() => receiver.remove())

    for (const name of caseNames(program)) {
      test(name, () => assert.equal(outcomes[name], 'ok'))
      test(`${name}, shipped onwards`, () => assert.equal(onwards[name], 'ok'))
    }
  })
}
