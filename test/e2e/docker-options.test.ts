/** What `docker:` is told of a container, as the engine has it then. */
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { after, before, suite, test } from 'node:test'
import { connect, type ConnectOptions } from '../../dist/index.js'
import { imageOfNode, ownContainers, testEngine, unlessDocker, type TestEngine } from '../support/docker.ts'
import { Project } from '../support/project.ts'
import { toolFile, unlessTool } from '../support/place.ts'
import { ownerLabel } from '../../src/executors/docker/create-body.ts'
import { ownName } from '../../src/snapshot/materialize/process-name.ts'

/** What the engine says of a container. */
interface Inspected {
  readonly Id: string
  readonly Config: { readonly User: string }
  readonly HostConfig: Readonly<Record<string, unknown>>
}

const skip = await unlessDocker()

suite('a container has', { skip }, () => {
  const project = new Project({ 'data/note': 'from here' })
  let engine: TestEngine
  let image: string

  before(async () => {
    engine = await testEngine()
    image = await imageOfNode()
  })

  after(() => project.remove())

  /** The container of this process, while `use` runs in it. */
  async function inContainer<R>(options: ConnectOptions<`docker:${string}`>, fn: () => R): Promise<[Inspected, R]> {
    const pool = await connect(`docker:${image}`, { workers: 1, ...options })
    try {
      const filters = { label: [`${ownerLabel}=${ownName}`] }
      const [{ Id } = { Id: '' }, ...others] = await engine.listContainers({ all: true, filters })
      assert.deepEqual(others, [])
      const inspected: unknown = await engine.getContainer(Id).inspect()
      return [inspected as Inspected, (await pool.run(fn)) as R]
    } finally {
      await pool.close()
    }
  }

  test('the user, limits and network that were asked for', async () => {
    const options = { user: '1000:1000', memory: '256m', cpus: 0.75, network: 'none', platform: 'linux/amd64' } as const
    const [{ Id, Config, HostConfig }, [user, group, host]] = await inContainer(options, () => [
      process.getuid?.(),
      process.getgid?.(),
      hostname(),
    ])
    assert.equal(Config.User, '1000:1000')
    assert.deepEqual([user, group], [1000, 1000])
    assert.ok(Id.startsWith(host as string))
    const { Memory, MemorySwap, NanoCpus, NetworkMode, AutoRemove } = HostConfig
    assert.deepEqual([Memory, MemorySwap, NanoCpus], [256 * 1024 ** 2, 256 * 1024 ** 2, 750_000_000])
    assert.deepEqual([NetworkMode, AutoRemove], ['none', true])
  })

  test('the network of the engine’s machine', async () => {
    const [{ HostConfig }, host] = await inContainer({ network: 'host' }, () => hostname())
    assert.equal(HostConfig['NetworkMode'], 'host')
    assert.equal(host, hostname())
  })

  test('mounts, written in both ways', async () => {
    const directory = project.path('data')
    const mounts = [
      `${directory}:/one:ro`,
      { type: 'bind', source: directory, target: '/two', readOnly: true },
      { type: 'tmpfs', target: '/three' },
    ] as const
    const [{ HostConfig }, seen] = await inContainer({ mounts, network: 'none' }, () => [
      readFileSync('/one/note', 'utf8'),
      readFileSync('/two/note', 'utf8'),
      readdirSync('/three'),
    ])
    assert.deepEqual(seen, ['from here', 'from here', []])
    assert.deepEqual(HostConfig['Binds'], [`${directory}:/one:ro`])
    assert.deepEqual(HostConfig['Mounts'], [
      { Type: 'bind', Source: directory, Target: '/two', ReadOnly: true },
      { Type: 'tmpfs', Target: '/three' },
    ])
  })

  test('a place to write, also for a user who may write to memory alone', async () => {
    const options = { user: 'node', env: { TMPDIR: '/nowhere' }, network: 'none' }
    const [, directory] = await inContainer(options, () => process.cwd())
    assert.match(directory, /^\/dev\/shm\/\.modulepickle-\w+-1000\/worker-/)
  })

  test('the platform that was asked for, or there is none', async () => {
    const options = { platform: 'linux/arm64', pull: 'never', network: 'none' } as const
    await assert.rejects(connect(`docker:${image}`, options), { code: 'ERR_IMAGE_MISSING', message: /platform/ })
  })

  test('GPUs, or it is refused with the way out, and nothing is left behind', async () => {
    const asked = [{ gpus: 'all' }, { gpus: 1 }, { gpus: [{ Count: 1, Capabilities: [['gpu']] }] }] as const
    for (const { gpus } of asked) {
      await assert.rejects(connect(`docker:${image}`, { gpus, network: 'none' }), {
        code: 'ERR_CONTAINER_START',
        message: /has no GPU to give: could not select device driver.*leave out the option gpus/,
      })
    }
    const filters = { label: [`${ownerLabel}=${ownName}`] }
    assert.deepEqual(await engine.listContainers({ all: true, filters }), [])
  })

  test('been started by testcontainers', { skip: skip || unlessTool('testcontainers') }, async () => {
    process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true'
    const { GenericContainer } = (await import(toolFile('testcontainers/build/index.js'))) as Testcontainers
    const container = await new GenericContainer(image)
      .withEntrypoint(['node'])
      .withCommand(['-e', 'setInterval(() => {}, 1000)'])
      .start()
    try {
      const pool = await connect('docker:', { container, workers: 1 })
      assert.ok(container.getId().startsWith(await pool.run(() => hostname())))
      await pool.close()
      assert.equal((await ownContainers(engine)).includes(container.getId()), false)
    } finally {
      await container.stop()
    }
  })
})

/** Of testcontainers, what is used here. */
interface Testcontainers {
  readonly GenericContainer: new (image: string) => Generic
}

interface Generic {
  withEntrypoint(words: string[]): Generic
  withCommand(words: string[]): Generic
  start(): Promise<{ getId(): string; stop(): Promise<unknown> }>
}
