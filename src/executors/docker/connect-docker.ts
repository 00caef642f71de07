/**
 * `docker:IMAGE`, a container on this machine's engine or another's; `docker:container/ID`, one that runs already.
 *
 * Connecting starts the container, so that what is wrong with it is known at once, and its first worker.
 */
import { signingKey } from '../../signing/signing-key.ts'
import { codeSources } from '../code-sources.ts'
import type { Executor } from '../contract.ts'
import { poolExecutor } from '../pool-executor.ts'
import { checkDockerOptions, type DockerOptions } from './docker-options.ts'
import { ContainerHost, DockerPool } from './docker-pool.ts'
import { openEngine } from './engine.ts'
import { launchImage, launchInContainer, type Launch } from './launch.ts'
import { sweepContainers } from './sweep.ts'

/** Where nothing else is said: this process's major version of Node, on Debian. */
export const defaultImage = `node:${process.versions.node.split('.')[0]}-slim`

const containerPrefix = 'container/'

/**
 * @throws TypeError or RangeError for options that mean nothing; ModulePickleError ERR_PEER_MISSING, ERR_ENGINE_UNREACHABLE,
 *   ERR_ENGINE_DENIED, ERR_IMAGE_MISSING, ERR_IMAGE_WITHOUT_NODE, ERR_NODE_TOO_OLD, ERR_CONTAINER_START
 */
export async function connectDocker(target: string, options: DockerOptions): Promise<Executor> {
  const place = target.slice('docker:'.length)
  const running = runningContainer(place, options)
  checkDockerOptions(options, running !== undefined)
  const sources = codeSources(options, 'supply')
  const engine = await openEngine()
  const launch: Launch = () =>
    running === undefined
      ? launchImage(engine, place || defaultImage, options)
      : launchInContainer(engine, running, options)
  const host = new ContainerHost(launch, signingKey(options.key)?.derive('conversation'))
  host.startAhead()
  const [{ parallelism }] = await Promise.all([host.greeted(), sweepContainers(engine)])
  const { workers = Math.max(1, Math.min(parallelism, Math.ceil(options.cpus ?? parallelism))) } = options
  const makePool = (shipped: ConstructorParameters<typeof DockerPool>[2]): DockerPool => {
    const pool = new DockerPool(host, workers, shipped, options.isolate ?? 'snapshot')
    pool.prepare()
    return pool
  }
  return poolExecutor({ target, workers, sources, makePool })
}

function runningContainer(place: string, { container }: DockerOptions): string | undefined {
  if (container === undefined)
    return place.startsWith(containerPrefix) ? place.slice(containerPrefix.length) : undefined
  if (place !== '')
    throw new TypeError(`The option container is for the target docker: alone, and this one names ${place}.`)
  return typeof container === 'string' ? container : container.getId()
}
