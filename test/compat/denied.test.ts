/**
 * Where there is no inspector, functions are refused by code, with a way out; data is pickled all the same.
 */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { toolFile, unlessTool } from '../support/place.ts'
import { nodeOfMajor, Project, runNode } from '../support/project.ts'
import { unlessNode } from '../support/requirements.ts'

const program = `
  import { dumps } from 'modulepickle'
  const k = 2
  dumps({ data: [1, new Map([[k, 'v']])] })
  try {
    dumps({ deep: [n => n * k] })
    console.log('captured')
  } catch (error) {
    console.log(error.code, error.message)
  }`

async function said(t: TestContext, runtime: string, flags: readonly string[] = []): Promise<string> {
  const project = new Project({ 'package.json': '{"name":"app","type":"module"}', 'main.js': program })
  t.after(() => project.remove())
  project.installModulepickle()
  const { stdout, stderr, code } = await runNode(runtime, [...flags, 'main.js'], { cwd: project.directory })
  assert.equal(code, 0, stderr)
  return stdout
}

for (const major of [20, 22, 24, 26] as const) {
  test(`under the permission model of Node ${major}`, { skip: unlessNode(major) }, async t => {
    const permission = major === 20 ? '--experimental-permission' : '--permission'
    const flags = [permission, '--allow-fs-read=*', '--allow-addons']
    const refused = await said(t, nodeOfMajor(major)!, flags)
    assert.match(refused, /^ERR_INSPECTOR_UNAVAILABLE deep\[0\]: .*--allow-inspector/)
  })
}

test('--allow-inspector is the way out', { skip: unlessNode(26) }, async t => {
  const flags = ['--permission', '--allow-fs-read=*', '--allow-addons', '--allow-inspector']
  assert.equal(await said(t, nodeOfMajor(26)!, flags), 'captured\n')
})

const bun = '@oven/bun-linux-x64/bin/bun'
test('in Bun', { skip: unlessTool(bun) }, async t => {
  assert.match(await said(t, toolFile(bun)), /^ERR_INSPECTOR_UNAVAILABLE deep\[0\]: .*Bun.*Node/)
})
