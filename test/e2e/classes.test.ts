/**
 * Classes by value and their instances, from every loader to a fresh process that has none of the sources, and from there to a
 * third one.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { CaseReceiver, caseNames, typescriptSender, type Outcomes } from '../support/cases.ts'
import { repository, type Loader } from '../support/project.ts'

const fixture = path.join(repository, 'test/fixtures/classes')
const installed = {
  'node_modules/meters/package.json': '{"name":"meters","version":"1.0.0","type":"module","main":"index.js"}',
  'node_modules/meters/index.js': readFileSync(path.join(fixture, 'meters.js'), 'utf8'),
}

for (const loader of ['plain ESM', 'tsx ESM', 'tsx CommonJS', 'type stripping'] satisfies Loader[]) {
  suite(`classes from ${loader}`, () => {
    const receiver = new CaseReceiver()
    let outcomes: Outcomes
    let onwards: Outcomes

    before(async () => {
      const { sender, main } = typescriptSender(fixture, loader)
      for (const project of [sender, receiver]) project.write(installed)
      await receiver.take(sender, loader, main, 'pickles.json')
      outcomes = await receiver.outcomes('pickles.json', 'onwards.json')
      onwards = await receiver.outcomes('onwards.json')
    })

    after(() => receiver.remove())

    for (const name of caseNames(path.join(fixture, 'main.ts'))) {
      test(name, () => {
        assert.equal(outcomes[name], 'ok')
        assert.equal(onwards[name], 'ok', 'sent onwards')
      })
    }
  })
}
