/** A cache inside the project whose code it keeps, as in a workspace of CI or a home directory that is a project. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { Project } from '../support/project.ts'

const files = {
  'package.json': '{"name":"app","type":"module"}',
  'lib/twice.js': 'export const twice = n => 2 * n\n',
  'main.js': `import { connect } from 'modulepickle'
import { twice } from './lib/twice.js'
const pool = await connect('local:', { workers: 1 })
const sent = []
for (let i = 0; i < 4; i++) {
  await pool.run(twice, i)
  sent.push(pool.stats().filesSent)
}
const { snapshots } = pool.stats()
await pool.close()
console.log(JSON.stringify({ sent, snapshots }))
`,
}

async function sentBy(t: TestContext, env: (project: Project) => NodeJS.ProcessEnv): Promise<Project> {
  const project = new Project(files)
  t.after(() => project.remove())
  project.installModulepickle()
  const { stdout, stderr } = await project.run('plain ESM', 'main.js', [], env(project))
  assert.deepEqual(JSON.parse(stdout), { sent: [4, 4, 4, 4], snapshots: 1 }, stderr)
  return project
}

test('a cache that MODULEPICKLE_CACHE puts into the project is no part of it', async t => {
  const project = await sentBy(t, project => ({ MODULEPICKLE_CACHE: project.path('cache') }))
  assert.equal(readFileSync(project.path('cache/.gitignore'), 'utf8'), '*\n')
})

test('nor is the default one, of a home directory that is a project', async t => {
  await sentBy(t, project => ({ MODULEPICKLE_CACHE: '', XDG_CACHE_HOME: '', HOME: project.directory }))
})

test('a directory that holds something else already is used, and what is in it stays visible', async t => {
  const project = new Project(files)
  t.after(() => project.remove())
  project.installModulepickle()
  project.write({ 'shared/notes.txt': 'notes' })
  writeFileSync(project.path('package.json'), '{"name":"app","type":"module","modulepickle":{"exclude":["shared"]}}')
  const { stdout } = await project.run('plain ESM', 'main.js', [], { MODULEPICKLE_CACHE: project.path('shared') })
  assert.equal(JSON.parse(stdout).snapshots, 1)
  assert.throws(() => readFileSync(project.path('shared/.gitignore')), { code: 'ENOENT' })
})
