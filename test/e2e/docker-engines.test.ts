/** Where the engine is, and what is said when it cannot be used. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { imageOfNode, unlessDocker } from '../support/docker.ts'
import { DockerProject } from '../support/docker-project.ts'
import { makeCertificates, sshDoor, tcpDoor, tlsDoor } from '../support/engine-doors.ts'
import { Project, repository } from '../support/project.ts'
import { unless } from '../support/requirements.ts'

interface Refused {
  readonly code: string
  readonly message: string
}

const skip = await unlessDocker()

suite('an engine', { skip }, () => {
  let project: DockerProject
  let image: string

  before(async () => {
    project = new DockerProject()
    image = await imageOfNode()
  })

  after(() => project.remove())

  const tell = (env: NodeJS.ProcessEnv): Promise<Refused> => project.seen<Refused>('refused', { IMAGE: image, ...env })

  test('is reached over TCP', async () => {
    const { port, stop } = await tcpDoor()
    const { code, message } = await tell({ DOCKER_HOST: `tcp://127.0.0.1:${port}` })
    stop()
    assert.equal(code, 'none', message)
  })

  test(
    'is reached over TLS, with certificates at both ends',
    { skip: unless(spawnSync('openssl', ['version']).status === 0, 'openssl', 'Install it.') },
    async () => {
      const [certificates, strangers] = [makeCertificates(), makeCertificates()]
      const { port, stop } = await tlsDoor(certificates)
      const env = { DOCKER_HOST: `tcp://127.0.0.1:${port}`, DOCKER_TLS_VERIFY: '1' }
      const known = await tell({ ...env, DOCKER_CERT_PATH: certificates.directory })
      const stranger = await tell({ ...env, DOCKER_CERT_PATH: strangers.directory })
      const plain = await tell({ DOCKER_HOST: env.DOCKER_HOST })
      stop()
      for (const { remove } of [certificates, strangers]) remove()
      assert.equal(known.code, 'none', known.message)
      assert.equal(stranger.code, 'ERR_ENGINE_UNREACHABLE', stranger.message)
      assert.match(stranger.message, /DOCKER_CERT_PATH/)
      assert.equal(plain.code, 'ERR_ENGINE_UNREACHABLE', plain.message)
    },
  )

  test('is reached over SSH; one that lets nobody in is refused by code', async () => {
    const [open, closed] = [await sshDoor(true), await sshDoor(false)]
    const reached = await tell({ DOCKER_HOST: `ssh://somebody@127.0.0.1:${open.port}` })
    const refused = await tell({ DOCKER_HOST: `ssh://somebody@127.0.0.1:${closed.port}` })
    for (const { stop } of [open, closed]) stop()
    assert.equal(reached.code, 'none', reached.message)
    assert.equal(refused.code, 'ERR_ENGINE_UNREACHABLE', refused.message)
    assert.match(refused.message, /SSH_AUTH_SOCK/)
  })
})

test('docker: without dockerode beside the package says what to install', () => {
  const project = new Project({
    'main.mjs': `import { connect } from 'modulepickle'
const { code, message } = await connect('docker:').catch(error => error)
console.log(JSON.stringify({ code, message }))`,
  })
  // As npm installs it: the files that are published, and what it depends on.
  const own = project.path('node_modules/modulepickle')
  mkdirSync(own, { recursive: true })
  for (const name of ['dist', 'package.json'])
    cpSync(path.join(repository, name), path.join(own, name), { recursive: true })
  for (const name of ['acorn', 'esbuild', 'oxc-transform']) project.install(name)
  const env = { ...process.env, NODE_PATH: '' }
  const said = execFileSync(process.execPath, ['main.mjs'], { cwd: project.directory, encoding: 'utf8', env })
  project.remove()
  const { code, message } = JSON.parse(said) as Refused
  assert.equal(code, 'ERR_PEER_MISSING', message)
  assert.match(message, /Install it: npm install dockerode$/)
})
