/** Functions by value, topic by topic, from a program to a fresh process that has none of its files. */
import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { CaseReceiver, caseNames, type Outcomes } from '../support/cases.ts'
import { nodeOfMajor, Project, repository, type Loader } from '../support/project.ts'

const fixtures = path.join(repository, 'test/fixtures/functions')

interface Topic {
  readonly program: string
  readonly title: string
  readonly loaders: readonly [Loader, ...Loader[]]
  /** The majors besides the one that runs this. */
  readonly majors: readonly (20 | 22 | 26)[]
}

const modules = { loaders: ['plain ESM', 'tsx ESM'], majors: [20, 22, 26] } as const
const topics: readonly Topic[] = [
  { program: 'context.js', title: 'What arrows keep of the call around them', ...modules },
  { program: 'sloppy.cjs', title: 'Sloppy code', loaders: ['plain CommonJS'], majors: [20, 22, 26] },
  { program: 'sharing.js', title: 'Shared variables', ...modules },
  { program: 'attributes.js', title: 'Attributes of functions', ...modules, loaders: ['plain ESM'] },
  { program: 'super.js', title: 'Super', ...modules },
  { program: 'eval.js', title: 'Functions that call eval()', ...modules, loaders: ['plain ESM'] },
  { program: 'uninitialized.js', title: 'Variables that are not initialised', ...modules },
  {
    program: 'overlap.js',
    title: 'Functions and what they made',
    ...modules,
    loaders: ['plain ESM', 'tsx ESM', 'type stripping'],
  },
]

for (const { program, title, loaders, majors } of topics) {
  for (const loader of loaders) cover(`${title}, from ${loader}`, program, loader)
  for (const major of majors) {
    const node = nodeOfMajor(major)
    if (node !== undefined) cover(`${title}, on Node ${major}`, program, loaders[0], node)
  }
}

function cover(title: string, program: string, loader: Loader, node?: string): void {
  suite(title, () => {
    const receiver = new CaseReceiver(node)
    let outcomes: Outcomes

    before(async () => {
      const extension = loader.startsWith('tsx') || loader === 'type stripping' ? '.ts' : path.extname(program)
      const type = loader === 'tsx CommonJS' || extension === '.cjs' ? 'commonjs' : 'module'
      const sender = new Project({ 'package.json': JSON.stringify({ name: 'app', type }) })
      sender.installModulepickle()
      cpSync(fixtures, sender.directory, { recursive: true })
      const main = `main${extension}`
      cpSync(path.join(fixtures, program), sender.path(main))
      await receiver.take(sender, loader, main, 'pickles.json')
      outcomes = await receiver.outcomes('pickles.json')
    })

    after(() => receiver.remove())

    for (const name of caseNames(path.join(fixtures, program))) test(name, () => assert.equal(outcomes[name], 'ok'))
  })
}
