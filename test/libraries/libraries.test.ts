/**
 * What libraries make (schemas, programs, routers, curried functions) works on another end that has the same libraries, also
 * shipped onwards from there; of the libraries only state travels.
 */
import assert from 'node:assert/strict'
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { CaseReceiver, caseNames, type Outcomes } from '../support/cases.ts'
import { nodeOfMajor, Project, repository } from '../support/project.ts'
import { unless, unlessNode } from '../support/requirements.ts'

const program = path.join(repository, 'test/fixtures/libraries/main.mjs')
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
    let receiver: CaseReceiver
    let outcomes: Outcomes
    let onwards: Outcomes
    const sizes = new Map<string, number>()

    before(async () => {
      const sender = new Project({ 'package.json': '{"name":"app","type":"module"}' })
      sender.installModulepickle()
      cpSync(program, sender.path('main.mjs'))
      receiver = new CaseReceiver(nodeOfMajor(major))
      for (const name of readdirSync(installed).filter(each => /^\w/.test(each)))
        for (const project of [sender, receiver]) project.install(name, path.join(installed, name))
      await receiver.take(sender, 'plain ESM', 'main.mjs', 'pickles.json')
      const pickles = JSON.parse(readFileSync(receiver.path('pickles.json'), 'utf8')) as [string, string][]
      for (const [name, text] of pickles) sizes.set(name, Buffer.from(text, 'base64').length)
      outcomes = await receiver.outcomes('pickles.json', 'onwards.json')
      onwards = await receiver.outcomes('onwards.json')
    })

    after(() => receiver.remove())

    for (const name of caseNames(program)) {
      test(name, () => assert.equal(outcomes[name], 'ok'))
      test(`${name}, shipped onwards`, () => assert.equal(onwards[name], 'ok'))
    }
    for (const [name, most] of Object.entries(mostBytes)) {
      test(`${name} takes less than ${most} bytes`, () => assert.ok(sizes.get(name)! < most, String(sizes.get(name))))
    }
  })
}
