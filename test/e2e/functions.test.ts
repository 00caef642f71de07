/** Functions by value, topic by topic, from a program to a fresh process that has none of its files. */
import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import { caseNames, runCases } from '../support/closure-cases.ts'
import { nodeOfMajor, type Loader } from '../support/project.ts'

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
  // V8 of Node 20 shows them as undefined.
  { program: 'uninitialized.js', title: 'Variables that are not initialised', ...modules, majors: [22, 26] },
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
    let outcomes: Record<string, string>
    before(async () => {
      outcomes = await runCases(program, loader, node)
    })
    for (const name of caseNames(program)) test(name, () => assert.equal(outcomes[name], 'ok'))
  })
}
