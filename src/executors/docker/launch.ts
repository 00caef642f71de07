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
import { engineError, reason, startError, statusOf } from './engine-errors.ts'
import { EngineStream } from './engine-stream.ts'
import type { Container, Engine, EngineSocket } from './engine.ts'
import { missingImage, pullImage } from './image.ts'
import { clearTimeout, setTimeout } from '../../timers.ts'

export interface Launched {
  /** For messages: `container 0123456789ab (node:24-slim)`. */
  readonly name: string
  /** What the runner says, and what is said to it: that waits until it can read. */
  readonly output: EngineStream
  readonly input: EngineSocket
  /**
   * Settles when the engine says that it runs, which may be after it has begun to speak.
   * @throws ModulePickleError ERR_CONTAINER_START, …
   */
  readonly started: Promise<unknown>
  /** The output has ended, and nobody wanted that. `said` is what came in the place of the protocol. */
  explain(hasGreeted: boolean, said: string): Promise<ModulePickleError>
  /** Settles when it has ended. */
  end(): Promise<void>
}

export type Launch = () => Promise<Launched>

const attachment = { stream: true, hijack: true, stdin: true, stdout: true, stderr: true }

/** @throws ModulePickleError ERR_IMAGE_MISSING, ERR_IMAGE_WITHOUT_NODE, ERR_CONTAINER_START, … */
export async function launchImage(engine: Engine, image: string, options: DockerOptions): Promise<Launched> {
  const container = await create(engine, image, options)
  const remove = (): Promise<unknown> => container.remove({ force: true, v: true }).catch(() => {})
  try {
    const input = await container.attach(attachment)
    const started = container.start().catch(async error => {
      input.destroy()
      await remove()
      throw startError(error)
    })
    const name = `container ${container.id.slice(0, 12)} (${image})`
    return launched({ engine, container, name, options, input, started, remove })
  } catch (error) {
    await remove()
    throw engineError(error)
  }
}

/** @throws ModulePickleError ERR_IMAGE_WITHOUT_NODE, ERR_CONTAINER_START, … */
export async function launchInContainer(engine: Engine, id: string, options: DockerOptions): Promise<Launched> {
  const container = engine.getContainer(id)
  const name = `container ${id.slice(0, 12)}`
  try {
    const exec = await container.exec(execBody(options))
    const input = await exec.start({ hijack: true, stdin: true })
    const started = Promise.resolve()
    return launched({ engine, container, name, options, input, started, remove: async () => {} })
  } catch (error) {
    const status = statusOf(error)
    if (status === 404) throw notThere(`The engine has no container ${id}. docker ps lists those that run.`, error)
    if (status === 409) throw notThere(`The ${name} does not run. Start it: docker start ${id}`, error)
    throw engineError(error)
  }
}

function notThere(message: string, cause: unknown): ModulePickleError {
  return new ModulePickleError('ERR_CONTAINER_START', message, { cause })
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

interface Parts {
  readonly engine: Engine
  readonly container: Container
  readonly name: string
  readonly options: DockerOptions
  readonly input: EngineSocket
  readonly started: Promise<unknown>
  /** For what does not end by itself. */
  remove(): Promise<unknown>
}

function launched({ engine, container, name, options, input, started, remove }: Parts): Launched {
  const output = receive(input)
  const { node = 'node' } = options
  return {
    name,
    input,
    output,
    started,
    explain: (hasGreeted, said) =>
      describeEnd({ engine, container, name, node, hasGreeted, said: [said, ...output.lastLines()] }),
    // The runner ends with its stdin. A container of our own ends with its runner; to remove it then is the engine's part.
    end: async () => {
      if (await endedWithin(endTimeoutMs, input)) return
      await remove()
      input.destroy()
    },
  }
}

function receive(socket: Duplex): EngineStream {
  const output = new EngineStream()
  socket.on('error', () => {})
  // What has not been written by now has no reader.
  socket.once('end', () => socket.destroy())
  // Also where it breaks off.
  socket.once('close', () => output.end())
  return socket.pipe(output, { end: false })
}

const endTimeoutMs = 5_000

async function endedWithin(timeoutMs: number, socket: Duplex): Promise<boolean> {
  if (socket.destroyed) return true
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>(resolve => (timer = setTimeout(resolve, timeoutMs, false)))
  const closed = new Promise<boolean>(resolve => socket.once('close', () => resolve(true)))
  socket.end()
  return await Promise.race([closed, late]).finally(() => clearTimeout(timer))
}
