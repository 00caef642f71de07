/** Code reaches a worker of another Node, one that has zstd and one that has not, in both directions. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeOfMajor, Project, runNode } from '../support/project.ts'
import { unlessNode } from '../support/requirements.ts'

const program = `
  import { connect } from 'modulepickle'
  import { words } from './words.js'
  const pool = await connect('local:', { workers: 1 })
  process.execPath = process.env.WORKER_NODE
  const [major, text] = await pool.run(() => [process.versions.node.split('.')[0], words.join(' ')])
  const { bytesSent } = pool.stats()
  await pool.close()
  console.log(JSON.stringify({ major, isWhole: text === words.join(' '), bytesSent }))
`

const words = `export const words = ${JSON.stringify(Array.from({ length: 20_000 }, (_, index) => `word${index % 977}`))}\n`

for (const [sender, worker] of [
  [20, 24],
  [24, 20],
  [22, 26],
] as const) {
  const skip = unlessNode(sender) || unlessNode(worker)

  test(`Node ${sender} sends code, compressed, to Node ${worker}`, { skip }, async t => {
    const project = new Project({
      'package.json': '{"name":"words","type":"module"}',
      'main.js': program,
      'words.js': words,
    })
    t.after(() => project.remove())
    project.installModulepickle()
    const env = { MODULEPICKLE_CACHE: `${project.directory}/.cache`, WORKER_NODE: nodeOfMajor(worker) }
    project.write({ '.gitignore': '.cache' })
    const { stdout, stderr } = await runNode(nodeOfMajor(sender)!, [project.path('main.js')], {
      cwd: project.directory,
      env,
    })
    const seen = JSON.parse(stdout || JSON.stringify({ stderr })) as Record<string, unknown>
    assert.deepEqual([seen['major'], seen['isWhole']], [String(worker), true], stderr)
    assert.ok(Number(seen['bytesSent']) < words.length / 10, String(seen['bytesSent']))
  })
}
