/** `docker:`: calls in containers that have Node and nothing else, and all that can be wrong with them. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { json } from 'node:stream/consumers'
import { after, before, suite, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import {
  imageOfNode,
  imageOfOldNode,
  imageWithoutNode,
  ownContainers,
  testEngine,
  unlessDocker,
  type TestEngine,
} from '../support/docker.ts'
import { DockerProject } from '../support/docker-project.ts'
import { tcpDoor } from '../support/engine-doors.ts'
import { registryOfOneImage } from '../support/registry.ts'
import { unlessNode } from '../support/requirements.ts'
import { EngineStream } from '../../src/executors/docker/engine-stream.ts'
import type { Container } from '../../src/executors/docker/engine.ts'
import { ownerLabel } from '../../src/executors/docker/create-body.ts'
import { ownName } from '../../src/snapshot/materialize/process-name.ts'

interface Refused {
  readonly name: string
  readonly code: string
  readonly message: string
  readonly stderr: string
}

/** Of runners and workers in a container that is not theirs. */
interface Traces {
  readonly processes: readonly string[]
  readonly directories: readonly string[]
}

const look = `
const { readFileSync, readdirSync } = require('node:fs')
const list = place => { try { return readdirSync(place) } catch { return [] } }
const command = pid => { try { return readFileSync('/proc/' + pid + '/cmdline', 'latin1') } catch { return '' } }
const processes = list('/proc').filter(name => /^\\d+$/.test(name) && name !== String(process.pid)).map(command)
const homes = list('/').filter(name => name.startsWith('.modulepickle-'))
const directories = homes.flatMap(name => list('/' + name)).filter(name => name.startsWith('worker-'))
console.log(JSON.stringify({ processes: processes.filter(text => text.includes('.modulepickle-')), directories }))
`

async function traces(container: Container): Promise<Traces> {
  const exec = await container.exec({ Cmd: ['node', '-e', look], AttachStdout: true, AttachStderr: true })
  const output = (await exec.start({ hijack: true, stdin: false })).pipe(new EngineStream())
  return (await json(output)) as Traces
}

const skip = await unlessDocker()

suite('docker:', { skip }, () => {
  let project: DockerProject
  let engine: TestEngine
  let image: string

  before(async () => {
    project = new DockerProject()
    engine = await testEngine()
    image = await imageOfNode()
  })

  after(() => project.remove())

  const refused = (env: NodeJS.ProcessEnv): Promise<Refused> => project.seen<Refused>('refused', env)

  /** Until none of these containers is there. */
  async function gone(id: string): Promise<void> {
    for (let tries = 0; (await ownContainers(engine)).some(each => each.startsWith(id)); tries++) {
      assert.ok(tries < 100, `container ${id} is still there`)
      await pause(100)
    }
  }

  for (const major of [20, 22, 24, 26] as const) {
    test(`calls run in an image with Node ${major} and nothing else`, { skip: unlessNode(major) }, async () => {
      const { stderr, ...seen } = await project.seen('calls', {
        IMAGE: await imageOfNode(major),
        TZ: 'Asia/Tokyo',
        ...(major === 22 ? { MODULEPICKLE_KEY: 'ab'.repeat(32) } : {}),
      })
      assert.deepEqual(seen, {
        closure: 42,
        'installed package': 5,
        'own error': [true, -1, true],
        there: { files: [], greeting: 'hello', zone: 'Asia/Tokyo', user: 1000, version: String(major) },
        printed: ['stderr by a child', 'stdout by console', 'stdout by the descriptor'],
        meanwhile: 'another worker',
        cancelled: 'ERR_CALL_CANCELLED',
        streamed: [0, 1, 2],
        large: true,
        'process.exit': 'ERR_WORKER_LOST',
        'busy loop': 'ERR_CALL_CANCELLED',
        'after both': 1,
        'sent again': 0,
      })
      assert.equal(stderr, '')
    })
  }

  test('an executor that is closed leaves no container, nor does a program that ends or is killed, also with a worker that is busy', async () => {
    for (const leave of ['end', 'hang', 'busy']) {
      const child = spawn(process.execPath, [project.path('leaving.ts')], {
        env: { ...process.env, IMAGE: image, LEAVE: leave },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [line] = (await once(child.stdout, 'data')) as [Buffer]
      const id = line.toString().trim()
      // Until the call is under way.
      if (leave === 'busy') await pause(500)
      if (leave !== 'end') child.kill('SIGKILL')
      await once(child, 'exit')
      await gone(id)
    }
  })

  test('a container that a killed sender has made and never started is removed by the next to connect', async () => {
    const body = { Image: image, Cmd: ['node'], Labels: { [ownerLabel]: ownName.replace(/-\d+-\d+$/, '-4194305-1') } }
    const abandoned = await engine.createContainer({ _query: {}, _body: body })
    assert.equal((await refused({ IMAGE: image })).code, 'none')
    assert.equal((await ownContainers(engine)).includes(abandoned.id), false)
  })

  async function runningContainer(): Promise<Container> {
    const container = await engine.createContainer({
      _query: {},
      _body: {
        Image: image,
        Entrypoint: ['node'],
        Cmd: ['-e', 'setInterval(() => {}, 1000)'],
        HostConfig: { Init: true, NetworkMode: 'none' },
      },
    })
    await container.start()
    return container
  }

  test('a container that runs already is used, keeps the code that it was sent, and goes on running', async () => {
    const container = await runningContainer()
    try {
      const { seen } = await project.seen<{ seen: unknown[] }>('running', { CONTAINER: container.id })
      assert.deepEqual(seen, [7, true, true, 7, true, false])
      assert.equal((await container.inspect()).State.Running, true)
    } finally {
      await container.remove({ force: true })
    }
  })

  test('in a container that runs already, a busy worker ends when its sender is killed, and leaves no process and no directory of its own', async () => {
    const container = await runningContainer()
    try {
      const child = spawn(process.execPath, [project.path('leaving.ts')], {
        env: { ...process.env, CONTAINER: container.id, LEAVE: 'busy' },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      await once(child.stdout, 'data')
      // Until the call is under way.
      await pause(500)
      const during = await traces(container)
      assert.equal(during.processes.length, 2, during.processes.join('\n'))
      assert.equal(during.directories.length, 1)
      child.kill('SIGKILL')
      await once(child, 'exit')
      for (let tries = 0; ; tries++) {
        const { processes, directories } = await traces(container)
        if (processes.length + directories.length === 0) break
        assert.ok(tries < 20, [...processes, ...directories].join('\n'))
        await pause(200)
      }
    } finally {
      await container.remove({ force: true })
    }
  })

  test('a call that may have begun when the connection to the engine was cut is not repeated; the next one runs', async () => {
    const proxy = await tcpDoor()
    const files = mkdtempSync(path.join(tmpdir(), 'modulepickle-mounted-'))
    const env = { IMAGE: image, LOSSES: 'connection', FILES: files, DOCKER_HOST: `tcp://127.0.0.1:${proxy.port}` }
    const { seen } = await project.follow('losses', env, async line => {
      if (line !== 'idle') return
      // The call runs, and its sender does not learn that.
      proxy.hold()
      writeFileSync(path.join(files, 'held'), '')
      for (let tries = 0; tries < 500 && !existsSync(path.join(files, 'ran')); tries++) await pause(10)
      proxy.cut()
    })
    proxy.stop()
    const { 'connection cut': cut, ...others } = seen as Record<string, Refused>
    assert.match(cut?.code ?? '', /^ERR_(?:CONTAINER|ENGINE)_LOST$/, JSON.stringify(cut))
    assert.match(cut?.message ?? '', /may have had effects; it was not repeated/)
    assert.equal(readFileSync(path.join(files, 'ran'), 'utf8'), 'once ')
    rmSync(files, { recursive: true })
    assert.deepEqual(others, { 'after that': 'fine' })
  })

  test('a call that is out of memory, or whose container is killed, fails by code; the next one runs', async () => {
    const { lines, seen } = await project.follow('losses', { IMAGE: image }, async line => {
      const [, id] = /^running (\w+)/.exec(line) ?? []
      if (id !== undefined) await engine.getContainer(id).remove({ force: true })
    })
    const { 'out of memory': memory, 'container killed': killed, ...others } = seen as Record<string, Refused>
    assert.equal(memory?.code, 'ERR_OUT_OF_MEMORY', JSON.stringify([memory, lines]))
    assert.match(memory?.message ?? '', /memory: '2g'/)
    assert.equal(killed?.code, 'ERR_CONTAINER_LOST')
    assert.match(killed?.message ?? '', /has ended: it was ended from outside, by signal 9.* may have had effects/)
    assert.deepEqual(others, { 'after that': 'fine', 'in another container': 'fine' })
  })

  test('an engine is reached over TCP; a call fails by code when that goes away', async () => {
    const proxy = await tcpDoor()
    const env = { IMAGE: image, LOSSES: 'engine', DOCKER_HOST: `tcp://127.0.0.1:${proxy.port}` }
    const { seen } = await project.follow('losses', env, async line => {
      if (line.startsWith('running')) proxy.stop()
    })
    const stopped = seen['engine stopped'] as Refused
    assert.equal(stopped.code, 'ERR_ENGINE_LOST', stopped.message)
  })

  test('an image that the engine lacks is pulled once, and that is shown', async () => {
    const { image: small, close } = await registryOfOneImage()
    try {
      const pulled = await refused({ IMAGE: small })
      assert.equal(pulled.code, 'ERR_IMAGE_WITHOUT_NODE', pulled.message)
      assert.equal(pulled.stderr, `[docker] pulling ${small}\n[docker] pulling ${small}: done\n`)
      assert.equal((await refused({ IMAGE: small })).stderr, '')
      assert.match((await refused({ IMAGE: small, OPTIONS: '{"pull":"always"}' })).stderr, /: done$/m)
    } finally {
      close()
      await engine.getImage(small).remove({ force: true })
    }
  })

  suite('connect() says what is wrong', () => {
    test('with no engine', async () => {
      const { code, message } = await refused({ IMAGE: image, DOCKER_HOST: 'unix:///nowhere/docker.sock' })
      assert.equal(code, 'ERR_ENGINE_UNREACHABLE')
      assert.match(message, /at unix:\/\/\/nowhere\/docker\.sock: .*Start Docker, or say in DOCKER_HOST/)
    })

    test('with an engine that this user may not use', async () => {
      const directory = project.path('closed')
      const server = createServer().listen(directory)
      await once(server, 'listening')
      chmodSync(directory, 0)
      chmodSync(project.directory, 0o755)
      const nobody = process.getuid?.() === 0 ? '1' : '0'
      try {
        const { code, message } = await refused({ IMAGE: image, DOCKER_HOST: `unix://${directory}`, NOBODY: nobody })
        assert.equal(code, 'ERR_ENGINE_DENIED', message)
        assert.match(message, /usermod -aG docker/)
      } finally {
        server.close()
        rmSync(directory, { force: true })
      }
    })

    test('with an image that is nowhere', async () => {
      const name = '127.0.0.1:1/nothing:here'
      const pulled = await refused({ IMAGE: name })
      assert.equal(pulled.code, 'ERR_IMAGE_MISSING')
      assert.match(pulled.message, /has no image 127\.0\.0\.1:1\/nothing:here, and it cannot be pulled: .*docker pull/)
      const never = await refused({ IMAGE: name, OPTIONS: '{"pull":"never"}' })
      assert.equal(never.code, 'ERR_IMAGE_MISSING')
      assert.match(never.message, /is not to pull it \(pull: 'never'\)/)
    })

    test('with an image without Node, and with a program that is not Node', async () => {
      const empty = await refused({ IMAGE: await imageWithoutNode() })
      assert.equal(empty.code, 'ERR_IMAGE_WITHOUT_NODE', empty.message)
      assert.match(empty.message, /Use an image that has Node 20\.19 or later, such as node:24-slim/)
      const other = await refused({ IMAGE: image, OPTIONS: '{"node":"/lib64/ld-linux-x86-64.so.2"}' })
      assert.equal(other.code, 'ERR_IMAGE_WITHOUT_NODE', other.message)
    })

    test('with a Node that is too old', async () => {
      const { code, message } = await refused({ IMAGE: await imageOfOldNode() })
      assert.equal(code, 'ERR_NODE_TOO_OLD')
      assert.match(message, /has Node v18\.0\.0, and 20\.19 or later is needed/)
    })

    test('with a container that the engine refuses, and one that is not there', async () => {
      const network = await refused({ IMAGE: image, OPTIONS: '{"network":"no-such-network"}' })
      assert.equal(network.code, 'ERR_CONTAINER_START')
      assert.match(network.message, /no-such-network/)
      const missing = await refused({ IMAGE: 'container/0123456789ab' })
      assert.equal(missing.code, 'ERR_CONTAINER_START')
      assert.match(missing.message, /has no container 0123456789ab\. docker ps lists/)
    })

    test('with options that mean nothing', async () => {
      const wrong: readonly (readonly [string, string, RegExp])[] = [
        ['{"memory":"much"}', 'RangeError', /512m/],
        ['{"worker":2}', 'TypeError', /has no option worker\. It has .*\bworkers,/],
        ['{"gpus":"some"}', 'RangeError', /"all"/],
        ['{"container":"x"}', 'TypeError', /for the target docker: alone/],
      ]
      for (const [OPTIONS, name, message] of wrong) {
        const error = await refused({ IMAGE: image, OPTIONS })
        assert.equal(error.name, name, error.message)
        assert.match(error.message, message)
      }
    })
  })
})
