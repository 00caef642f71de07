/**
 * Functions by value, from every loader to a fresh process that has none of the sources: they compute there what they would
 * compute here.
 */
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { CaseReceiver, caseNames, typescriptSender, type Outcomes } from '../support/cases.ts'
import { repository, type Loader } from '../support/project.ts'

const fixture = path.join(repository, 'test/fixtures/closures')

for (const loader of ['plain ESM', 'tsx ESM', 'tsx CommonJS', 'type stripping'] satisfies Loader[]) {
  suite(`from ${loader}`, () => {
    const receiver = new CaseReceiver()
    let outcomes: Outcomes

    before(async () => {
      const { sender, main } = typescriptSender(fixture, loader)
      await receiver.take(sender, loader, main, 'pickles.json')
      outcomes = await receiver.outcomes('pickles.json')
    })

    after(() => receiver.remove())

    for (const name of caseNames(path.join(fixture, 'main.ts'))) test(name, () => assert.equal(outcomes[name], 'ok'))
  })
}
