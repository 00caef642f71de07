/** What local workers inherit and what they do not, and how many run at a time. */
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before, suite, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { LocalProject } from '../support/local-project.ts'
import { runNode } from '../support/project.ts'

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

suite('what surrounds a call', () => {
  let project: LocalProject
  let seen: Readonly<Record<string, unknown>>

  before(async () => {
    project = new LocalProject()
    const { stdout, stderr } = await runNode(
      process.execPath,
      ['--conditions=development', project.path('surroundings.ts')],
      {
        cwd: project.directory,
        env: {
          MODULEPICKLE_CACHE: project.cache,
          MODULEPICKLE_TARGET: 'local:',
          NODE_OPTIONS: `--import ${tsx} --max-http-header-size=20000`,
          NODE_PATH: project.directory,
        },
      },
    )
    assert.ok(stdout.startsWith('{'), stderr)
    seen = JSON.parse(stdout) as typeof seen
  })

  after(() => project.remove())

  test('no hook that would load the sender’s files, no path to its modules, but its conditions and limits', () => {
    assert.deepEqual(seen['there'], {
      nodeOptions: '--max-http-header-size=20000',
      conditions: ['--conditions=development'],
      hooks: [],
    })
  })

  test('as many workers at a time as it was said', () => assert.equal(seen['parallel'], 2))

  test('of endless inputs no more are taken than were asked for and may be on their way', () => {
    assert.ok(Number(seen['pulled']) <= 6 + 3, String(seen['pulled']))
  })

  test('results as they come, where that was asked for', () => assert.deepEqual(seen['unordered'], [5, 400]))

  test('a directory of the caller’s own choice, which is not removed', () => {
    assert.deepEqual([seen['own directory'], seen['own directory is kept']], [true, true])
  })
})
