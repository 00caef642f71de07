/** What calls give back in a test of vitest: instances, errors and functions of the very modules that the test imports. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toolFile, unlessTool } from '../support/place.ts'
import { Project, runNode } from '../support/project.ts'

const module = `
globalThis.evaluations = (globalThis.evaluations ?? 0) + 1
export class Point { x = 1 }
export class Failure extends Error {}
export const make = () => new Point()
export function fail() {
  throw new Failure('as it has to')
}
`

const main = `
import { connect } from 'modulepickle'
import { expect, test } from 'vitest'
import { Failure, Point, fail, make } from './shapes.js'

test('of the classes that are imported here', async () => {
  const pool = await connect('local:', { workers: 1 })
  expect(await pool.run(make)).toBeInstanceOf(Point)
  expect(await pool.run(() => new Point())).toBeInstanceOf(Point)
  expect(await pool.run(point => point, new Point())).toBeInstanceOf(Point)
  expect(await pool.run(() => make)).toBe(make)
  await expect(pool.run(fail)).rejects.toBeInstanceOf(Failure)
  await pool.close()
  expect(globalThis.evaluations).toBe(1)
})
`

for (const pool of ['forks', 'threads', 'vmThreads']) {
  test(`vitest with the pool ${pool}`, { skip: unlessTool('vitest') }, async t => {
    const project = new Project({
      'package.json': '{"name":"app","type":"module"}',
      'shapes.js': module,
      'main.test.js': main,
    })
    t.after(() => project.remove())
    project.installModulepickle()
    for (const name of ['vitest', 'vite']) project.install(name, toolFile(name))
    const args = [toolFile('vitest/vitest.mjs'), 'run', `--pool=${pool}`]
    const { stdout, stderr, code } = await runNode(process.execPath, args, {
      cwd: project.directory,
      env: { NO_COLOR: '1' },
    })
    assert.equal(code, 0, stdout + stderr)
    assert.match(stdout, /\b1 passed/)
  })
}
