/**
 * A runner in a container: in one of its own, made from an image, or in one that runs already.
 *
 * Output: the runner's streams. What the code of calls prints is not among what the container itself writes.
 */
import type { Duplex } from 'node:stream'
import { ModulePickleError } from '../../errors.ts'
import { createBody, execBody } from './create-body.ts'
import { describeEnd } from './container-end.ts'
import type { DockerOptions } from './docker-options.ts'
import { engineError, reason, statusOf } from './engine-errors.ts'
import { EngineStream } from './engine-stream.ts'
import type { Container, Engine, EngineSocket } from './engine.ts'
import { missingImage, pullImage } from './image.ts'
import { installedRunner, runtimeArchive } from './runtime-archive.ts'

export interface Launched {
  /** For messages: `container 0123456789ab (node:24-slim)`. */
  readonly name: string
  /** What the runner says, and what is said to it. */
  readonly output: EngineStream
  readonly input: EngineSocket
  /** The output has ended, and nobody wanted that. `said` is what came in the place of the protocol. */
  explain(hasGreeted: boolean, said: string): Promise<ModulePickleError>
  /** Settles when it is gone. */
  remove(): Promise<void>
}

export type Launch = () => Promise<Launched>

const attachment = { stream: true, hijack: true, stdin: true, stdout: true, stderr: true }

/** @throws ModulePickleError ERR_IMAGE_MISSING, ERR_IMAGE_WITHOUT_NODE, ERR_CONTAINER_START, … */
export async function launchImage(engine: Engine, image: string, options: DockerOptions): Promise<Launched> {
  const { node = 'node' } = options
  const container = await create(engine, image, options)
  const name = `container ${container.id.slice(0, 12)} (${image})`
  try {
    const [input] = await Promise.all([
      container.attach(attachment),
      container.putArchive(runtimeArchive(), { path: '/' }),
    ])
    await container.start()
    const output = receive(input)
    return {
      name,
      input,
      output,
      explain: (hasGreeted, said) =>
        describeEnd({ engine, container, name, node, hasGreeted, said: [said, ...output.lastLines()] }),
      remove: () => removeOwn(container, input),
    }
  } catch (error) {
    await container.remove({ force: true }).catch(() => {})
    throw engineError(error)
  }
}

/** @throws ModulePickleError ERR_IMAGE_WITHOUT_NODE, ERR_CONTAINER_START, … */
export async function launchInContainer(engine: Engine, id: string, options: DockerOptions): Promise<Launched> {
  const { node = 'node' } = options
  const container = engine.getContainer(id)
  const name = `container ${id.slice(0, 12)}`
  try {
    const { State } = await container.inspect()
    if (!State.Running)
      throw new ModulePickleError('ERR_CONTAINER_START', `The ${name} does not run. Start it: docker start ${id}`)
    await putRuntime(container)
    const exec = await container.exec(execBody(options))
    const input = await exec.start({ hijack: true, stdin: true })
    const output = receive(input)
    return {
      name,
      input,
      output,
      explain: (hasGreeted, said) =>
        describeEnd({ engine, container, name, node, hasGreeted, said: [said, ...output.lastLines()] }),
      remove: () => ended(input),
    }
  } catch (error) {
    if (statusOf(error) !== 404) throw engineError(error)
    throw new ModulePickleError(
      'ERR_CONTAINER_START',
      `The engine has no container ${id}. docker ps lists those that run.`,
      { cause: error },
    )
  }
}

async function create(engine: Engine, image: string, options: DockerOptions): Promise<Container> {
  const { pull = 'missing', platform } = options
  if (pull === 'always') await pullImage(engine, image, platform)
  const parameters = { _query: platform === undefined ? {} : { platform }, _body: createBody(image, options) }
  try {
    return await engine.createContainer(parameters)
  } catch (error) {
    if (statusOf(error) !== 404) throw engineError(error)
    if (pull !== 'missing')
      throw missingImage(image, `and is not to pull it (pull: '${pull}'): ${reason(error)}`, error)
    await pullImage(engine, image, platform)
  }
  return await engine.createContainer(parameters).catch(error => {
    throw engineError(error)
  })
}

/** Another process may have put it there, and be using it. */
async function putRuntime(container: Container): Promise<void> {
  try {
    const answer = await container.infoArchive({ path: installedRunner() })
    answer.resume()
  } catch (error) {
    if (statusOf(error) !== 404) throw error
    await container.putArchive(runtimeArchive(), { path: '/' })
  }
}

function receive(socket: Duplex): EngineStream {
  const output = new EngineStream()
  socket.on('error', () => {})
  // Also where it breaks off.
  socket.once('close', () => output.end())
  return socket.pipe(output, { end: false })
}

const removeTimeoutMs = 5_000

/** A container of our own ends with its stdin, and the engine then removes it. */
async function removeOwn(container: Container, input: Duplex): Promise<void> {
  const removed = container.wait({ condition: 'removed' })
  input.end()
  try {
    await within(removeTimeoutMs, removed)
  } catch (error) {
    if (statusOf(error) !== 404) await container.remove({ force: true, v: true }).catch(() => {})
  } finally {
    input.destroy()
  }
}

async function ended(input: Duplex): Promise<void> {
  const closed = new Promise(resolve => input.once('close', resolve))
  input.end()
  await within(removeTimeoutMs, closed).catch(() => input.destroy())
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`It took longer than ${ms} ms.`)), ms)
  })
  await Promise.race([work, late]).finally(() => clearTimeout(timer))
}
