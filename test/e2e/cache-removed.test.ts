/** A cache that is removed between two calls: what it held comes again. */
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import { Project } from '../support/project.ts'

const program = `
import { renameSync } from 'node:fs'
import { connect } from 'modulepickle'
import { add, later } from './lib/sums.ts'
const [, , target] = process.argv
const pool = await connect(target, target === 'local:' ? { workers: 6 } : {})
const seen = []
const added = pool.remote(add)
const all = () => Promise.all(Array.from({ length: 6 }, (_, n) => pool.run(later, n)))
for (const round of [1, 2, 3]) {
  seen.push(await pool.run(add, round), await added(round), ...(await all()))
  // At once, as no removal is: workers that start write there.
  renameSync(process.env.MODULEPICKLE_CACHE, process.env.MODULEPICKLE_CACHE + round)
}
await pool.close()
console.log(JSON.stringify(seen))
`

for (const target of ['local:', 'inline:']) {
  test(`calls go on when the cache was removed: ${target}`, async () => {
    const project = new Project({
      'package.json': JSON.stringify({ name: 'sums', type: 'module' }),
      'main.ts': program,
      'lib/sums.ts':
        "export const add = (n: number): number => n + 1\nexport const later = async (n: number) => (await import('./more.ts')).more(n)\n",
      'lib/more.ts': 'export const more = (n: number): number => n + 100\n',
    })
    project.installModulepickle()
    const cache = `${project.directory}-cache`
    try {
      const { stdout, stderr } = await project.run('type stripping', 'main.ts', [target], { MODULEPICKLE_CACHE: cache })
      const round = (n: number): number[] => [n + 1, n + 1, 100, 101, 102, 103, 104, 105]
      assert.deepEqual(stdout && JSON.parse(stdout), [1, 2, 3].flatMap(round), stderr)
    } finally {
      for (const round of ['', 1, 2, 3]) rmSync(cache + round, { recursive: true, force: true })
      project.remove()
    }
  })
}

test('a worker whose code needs nothing of the cache goes on without one, until a call needs it', async () => {
  const project = new Project({
    'package.json': JSON.stringify({ name: 'warm', type: 'module' }),
    'main.ts': `
import { renameSync } from 'node:fs'
import { connect } from 'modulepickle'
import { add } from './lib/sums.ts'
const pool = await connect('local:', { workers: 1 })
const worker = pool.remote(() => process.pid)
const [first, warm] = [await worker(), await worker()]
renameSync(process.env.MODULEPICKLE_CACHE!, process.env.MODULEPICKLE_CACHE + '1')
const late = await worker()
const sum = await pool.run(add, 1)
await pool.close()
console.log(JSON.stringify([first === warm, warm === late, sum]))
`,
    'lib/sums.ts': 'export const add = (n: number): number => n + 1\n',
  })
  project.installModulepickle()
  const cache = `${project.directory}-cache`
  try {
    const { stdout, stderr } = await project.run('type stripping', 'main.ts', [], { MODULEPICKLE_CACHE: cache })
    assert.equal(stdout.trim(), '[true,true,2]', stderr)
  } finally {
    for (const round of ['', 1]) rmSync(cache + round, { recursive: true, force: true })
    project.remove()
  }
})
