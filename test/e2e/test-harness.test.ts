/** `modulepickle/test`: functions tested in a container, inside node:test and vitest. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { imageOfNode, unlessDocker } from '../support/docker.ts'
import { DockerProject } from '../support/docker-project.ts'
import { toolFile, unlessTool } from '../support/place.ts'
import { repository, runNode, type Finished } from '../support/project.ts'

const skip = await unlessDocker()

suite('modulepickle/test', { skip }, () => {
  let project: DockerProject
  let image: string

  before(async () => {
    project = new DockerProject()
    image = await imageOfNode()
    for (const name of ['vitest', 'vite']) project.install(name, toolFile(name))
  })

  after(() => project.remove())

  const run = (args: readonly string[]): Promise<Finished> =>
    runNode(process.execPath, args, { cwd: project.directory, env: { IMAGE: image, NO_COLOR: '1' } })

  function check({ code, stdout, stderr }: Finished): void {
    const output = stdout + stderr
    assert.equal(code, 0, output)
    assert.match(output, /^(?:# )?comparing 3 on linux$/m)
    assert.match(
      output,
      /✔ checked passed in modulepickle-test:node-[\d.]+: [\d.]+ s, after [\d.]+ s to start the container/,
    )
    assert.match(output, /✖ checked failed in modulepickle-test:node-[\d.]+ after [\d.]+ s: \w+: a price of -1/)
    assert.match(output, /✔ counting passed/)
  }

  test('works inside node:test', async () => {
    check(await run(['--test', '--test-reporter=spec', 'harness-tests.ts']))
  })

  test('works inside vitest', { skip: skip || unlessTool('vitest') }, async () => {
    const text = readFileSync(project.path('harness-tests.ts'), 'utf8')
    project.write({ 'other.test.ts': text.replace("'node:test'", "'vitest'") })
    check(await run([toolFile('vitest/vitest.mjs'), 'run', 'other.test.ts', '--testTimeout=60000']))
  })

  test('is a command', async () => {
    const program = path.join(repository, 'dist/cli/main.js')
    const reference = 'src/prices.ts#checked'
    const passed = await run([program, 'test', reference, '--image', image, '--', '4'])
    assert.equal(passed.code, 0, passed.stderr)
    assert.match(passed.stderr, /^✔ src\/prices\.ts#checked passed in modulepickle-test/m)
    const failed = await run([program, 'test', reference, '--image', image, '--', '-4'])
    assert.equal(failed.code, 1, failed.stderr)
    assert.match(failed.stderr, /^✖ src\/prices\.ts#checked failed .*a price of -4$/m)
    assert.match(failed.stderr, /at checked \(.*src\/prices\.ts:15:/)
  })

  test('uses the image of this major version of Node where none is named', async () => {
    const { code, message } = await project.seen<{ code: string; message: string }>('default-image', {})
    assert.equal(code, 'ERR_IMAGE_MISSING')
    assert.match(message, new RegExp(`has no image node:${process.versions.node.split('.')[0]}-slim,`))
  })
})
